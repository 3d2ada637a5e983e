// Report: figures as JSON. Pure functions; keys in the order of reading, durations in milliseconds unless
// they say seconds.
#pragma once

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "histogram.hpp"
#include "probes.hpp"
#include "process_watch.hpp"
#include "silent_peers.hpp"
#include "tally.hpp"

namespace sse::bench {

constexpr double seconds_of(std::chrono::nanoseconds duration) noexcept {
  return std::chrono::duration<double>(duration).count();
}

nlohmann::ordered_json report_histogram(const Histogram& histogram);
nlohmann::ordered_json report_streams(const Tally& tally, std::uint64_t asked);
nlohmann::ordered_json report_probes(const Probes& probes);
nlohmann::ordered_json report_silent_peers(const SilentPeers& peers);
/// null where a process was not to be read.
nlohmann::ordered_json report_processes(const ProcessWatch& processes);

}  // namespace sse::bench
