// PresenceCluster: shares who is present with the other workers of a cluster, through the log.
//
// Each worker announces its own readers, as differences, in messages that all workers read in one order
// (presence/state_message.hpp), and renews its lease with a beat a second. presence::Peers has what the
// others say. The worker that has been a member for longest tells the readers of all (PresencePublisher);
// what it tells is in a message before the events, so any other can continue where it ends.
//
//   joining   its first message, and again when the others have ended its lease, or messages were lost (a new
//             epoch, or Redis was away for too long): under a new name. Everybody announces everything then.
//   telling   the lowest rank, if it has read back a beat of its own within fresh_max, and has done so for
//             settle_time: a worker that was stopped for a while, or that could not reach the store, first
//             learns what has happened.
//   leaving   its last message; or another worker says that its lease has ended (presence::Peers).
//
// Owned by Process. The loop of one reactor turns it; know_told() is for every thread. The loop must not run
// when it is constructed, or destroyed, and the store must be closed before it is destroyed.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/logger.hpp"
#include "base/random.hpp"
#include "log/log.hpp"
#include "net/loop.hpp"
#include "presence/metrics.hpp"
#include "presence/peers.hpp"
#include "store/store.hpp"

namespace worker::app {

class PresenceCluster {
 public:
  static constexpr std::chrono::milliseconds interval{100};
  static constexpr std::chrono::milliseconds beat_interval{1'000};
  static constexpr std::chrono::milliseconds fresh_max{2'500};
  static constexpr std::chrono::milliseconds settle_time{1'500};

  struct Rosters {
    presence::Roster& all;
    /// Of this worker alone.
    presence::Roster& own;
  };

  /// Makes `rosters.all` follow what is told. All that is borrowed outlives it.
  PresenceCluster(net::Loop& loop, log::Log& log, store::Store& store, Rosters rosters,
                  presence::Metrics& metrics, base::Logger& logger, base::Random random);

  /// This worker tells the readers. Loop thread.
  bool tells();
  /// What goes before the events of an append. When that is answered, call on_told(). Loop thread.
  log::Draft draft_of(const std::vector<presence::Change>& changes);
  void on_told();
  /// Takes over what was told so far. False while not all of it is known. From any thread.
  bool know_told();
  /// Its readers come back to other workers. After the loop has ended, and before the store is closed.
  void leave();
  /// That share who is present, this one included; 0 while it does not know what was told. From any thread.
  std::size_t workers() const;

 private:
  // What is under way to the others, in parts.
  struct Sending {
    bool is_due = false;
    std::string after{};      // the last topic
    unsigned generation = 0;  // of the reasons to send it
    void begin() {
      is_due = true;
      after.clear();
      ++generation;
    }
  };

  void on_time();
  void on_answer(bool stored, const presence::StateMessage& message, const Sending& part,
                 const Sending& told);
  std::optional<presence::StateMessage> next_message();

  // Under the mutex.
  void read();
  void on_loss();
  void on_message(const presence::StateMessage& message, std::uint64_t number);
  void on_own(const presence::StateMessage& message, std::uint64_t number);
  void on_other(const presence::StateMessage& message, std::uint64_t number);
  void rename();
  bool is_first() const;

  net::Loop& loop_;
  log::Log& log_;
  store::Store& store_;
  Rosters rosters_;
  presence::Metrics& metrics_;
  base::Logger& logger_;
  base::Random random_;
  const log::Subscription subscription_;
  net::Timer timer_;
  bool waits_ = false;  // for the store

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  log::Follower follower_;
  presence::Peers peers_;
  std::string name_;
  std::string former_;      // the name that the others may know
  std::uint64_t rank_ = 0;  // 0: it has not joined
  bool in_step_ = false;    // it has read all messages since it joined for the first time, or since a loss
  bool told_is_known_ = false;
  bool tells_ = false;  // an append is under way
  std::uint64_t beat_ = 0;
  base::Instant beat_due_;
  base::Instant beat_sent_;
  base::Instant fresh_at_;  // when the last beat that was read back was sent
  base::Instant settled_at_;
  Sending part_, told_;
};

}  // namespace worker::app
