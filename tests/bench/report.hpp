// Report: figures as JSON. Pure functions; keys in the order of reading, durations in milliseconds unless
// they say seconds.
#pragma once

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>

#include "deliveries.hpp"
#include "histogram.hpp"
#include "http2_pool.hpp"
#include "probes.hpp"
#include "process_watch.hpp"
#include "publishing.hpp"
#include "silent_peers.hpp"
#include "tally.hpp"

namespace sse::bench {

constexpr double seconds_of(std::chrono::nanoseconds duration) noexcept {
  return std::chrono::duration<double>(duration).count();
}

/// What deliveries are measured against.
struct DeliveryContext {
  std::uint64_t expected = 0;
  std::uint64_t lost = 0;
  std::uint64_t reconnects = 0;
  std::optional<Instant> publishing_since;
  std::optional<Instant> brought_back_at;
};

nlohmann::ordered_json report_histogram(const Histogram& histogram);
nlohmann::ordered_json report_streams(const Tally& tally, std::uint64_t asked);
nlohmann::ordered_json report_http2(const Http2Pool& pool);
nlohmann::ordered_json report_probes(const Probes& probes);
nlohmann::ordered_json report_publishing(const Publishing& publishing);
nlohmann::ordered_json report_deliveries(const Deliveries& deliveries, const DeliveryContext& context);
nlohmann::ordered_json report_silent_peers(const SilentPeers& peers);
/// null where a process was not to be read.
nlohmann::ordered_json report_processes(const ProcessWatch& processes);

}  // namespace sse::bench
