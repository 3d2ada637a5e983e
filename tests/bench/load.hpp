// Load: one run: silent peers first, then the fleet, then probes and publishing, then what `until` says; and
// its report.
// One thread, which is the caller's. Construction throws std::invalid_argument for bad options, running
// std::system_error when the kernel refuses epoll; a server that fails is no error but figures.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>

#include "fleet.hpp"
#include "http2_pool.hpp"
#include "ledger.hpp"
#include "options.hpp"
#include "poller.hpp"
#include "probes.hpp"
#include "process_watch.hpp"
#include "publishing.hpp"
#include "silent_peers.hpp"

namespace sse::bench {

class Load {
 public:
  explicit Load(const Options& options);

  /// Returns when the run is over, after `duration` at the latest (silent peers get up to three seconds
  /// before it).
  void run();

  /// Keys in the order of reading; durations in milliseconds.
  nlohmann::ordered_json report() const;

 private:
  void open_silent_peers();
  void linger();
  bool over() const noexcept;
  bool all_delivered() const noexcept;
  double share_of_others(std::chrono::milliseconds own) const;
  nlohmann::ordered_json report_deliveries() const;

  const Options options_;
  Poller poller_;
  ProcessWatch processes_;
  MachineUse machine_before_;
  MachineUse machine_end_;
  SilentPeers silent_;
  Ledger ledger_;
  std::optional<Http2Pool> http2_;
  Fleet fleet_;
  Probes probes_;
  Publishing publishing_;
  Clock::duration took_{};
};

}  // namespace sse::bench
