// PresencePublisher: appends what the roster has to tell to the store, from the loop of one reactor for all.
// What the store does not take is made again a second later, with the counts of then. In a cluster one worker
// does it for all (PresenceCluster). Owned by Process. Loop thread only, but for constructor and destructor:
// the loop must not run then, and the store must be closed.
#pragma once

#include <vector>

#include "app/presence_cluster.hpp"
#include "net/loop.hpp"
#include "presence/metrics.hpp"
#include "presence/roster.hpp"
#include "store/store.hpp"

namespace worker::app {

class PresencePublisher {
 public:
  static constexpr std::chrono::milliseconds interval{200};

  /// All that is borrowed outlives it. Where presence is off it does nothing. `cluster` is null where this
  /// worker is the only one.
  PresencePublisher(net::Loop& loop, presence::Roster& roster, store::Store& store,
                    presence::Metrics& metrics, PresenceCluster* cluster = nullptr);

  /// The worker ends its streams. If it is the only one, their readers come back to the next one, and it
  /// tells no more.
  void stop();

 private:
  void on_time();
  void on_answer(const std::vector<presence::Change>& changes, std::size_t events, bool stored);

  net::Loop& loop_;
  presence::Roster& roster_;
  store::Store& store_;
  presence::Metrics& metrics_;
  PresenceCluster* const cluster_;
  net::Timer timer_;
  bool waits_ = false;  // for the store
  bool stopped_ = false;
};

}  // namespace worker::app
