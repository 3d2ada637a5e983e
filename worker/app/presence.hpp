// Presence: composes what tells readers who is present: the publisher, and in a cluster what is shared with
// the other workers. Owned by Process. The loop must not run when it is constructed, or destroyed, and the
// store must be closed before it is destroyed.
#pragma once

#include <optional>

#include "app/presence_cluster.hpp"
#include "app/presence_publisher.hpp"
#include "app/rosters.hpp"
#include "metrics/registry.hpp"

namespace worker::app {

class Presence {
 public:
  /// All that is borrowed outlives it.
  Presence(net::Loop& loop, Rosters& rosters, log::Log& log, store::Store& store, metrics::Registry& registry,
           presence::Metrics& metrics, base::Logger& logger);

  /// The worker begins to end its streams. Loop thread.
  void stop() { publisher_.stop(); }
  /// Tells the other workers that this one is gone. After the loop has ended, and before the store is closed.
  void leave() {
    if (cluster_) cluster_->leave();
  }

 private:
  std::optional<PresenceCluster> cluster_;  // none where this worker is the only one
  PresencePublisher publisher_;
};

}  // namespace worker::app
