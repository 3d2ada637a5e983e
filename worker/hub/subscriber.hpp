// Subscriber: a stream or a long poll as the hub sees it: its position in the log, and how events are sent to
// it. Owned by what answers the request; leaves the hub when destroyed, which must not happen inside a call
// from the hub. Loop thread only.
#pragma once

#include <boost/intrusive/list.hpp>
#include <cstdint>
#include <span>

#include "base/bytes.hpp"
#include "log/read.hpp"
#include "log/subscription.hpp"

namespace worker::hub {

class Cohort;
class Shard;

/// Events in order, and the same as bytes that can be sent as they are.
struct Batch {
  std::span<const log::EntryPtr> entries;
  /// Framed for the web server; shared by all subscribers of the batch.
  const base::Bytes& wire;
};

class Subscriber {
 public:
  using Hook = boost::intrusive::list_member_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

  enum class HeartbeatMode {
    comments,  // a comment, or an `id:` frame, after a time without events
    events,    // an event with its cursor, at equal intervals, also between other events
  };

  explicit Subscriber(HeartbeatMode heartbeats = HeartbeatMode::comments) : heartbeats_(heartbeats) {}
  virtual ~Subscriber();
  Subscriber(const Subscriber&) = delete;
  Subscriber& operator=(const Subscriber&) = delete;

  /// True if its socket has taken everything that was sent to it. See hub/backpressure.hpp.
  virtual bool ready() const = 0;
  /// True if the web server has read everything that was sent to it.
  virtual bool fully_read() const = 0;
  /// True if it takes one delivery only, which nothing may follow.
  virtual bool takes_single_batch() const { return false; }
  virtual void deliver(const Batch& batch) = 0;
  /// Keeps the connection open; `wire` is of its HeartbeatMode.
  virtual void heartbeat(const base::Bytes& wire) = 0;
  /// Some events after `before`, its position, were evicted before it got them. The next event that it gets
  /// is after `after`, which is a valid cursor: the history holds nothing between the two.
  virtual void gap(log::GapReason reason, log::Sequence before, log::Sequence after) = 0;
  /// All its topics are closed, and it has got everything.
  virtual void end() = 0;

 protected:
  /// After subscribe().
  const log::Subscription& subscription() const;
  HeartbeatMode heartbeat_mode() const { return heartbeats_; }

 private:
  friend class Cohort;
  friend class Replay;
  friend class Rounds;
  friend class Shard;

  Hook hook_;               // in one of its cohort's lists
  Hook replay_hook_;        // in the queue of Replay
  Shard* shard_ = nullptr;  // null before subscribe()
  Cohort* cohort_ = nullptr;
  log::Sequence position_ = 0;             // while catching up: it has everything up to here
  log::EvictionCount evictions_seen_ = 0;  // while catching up: it needs no gap for what was evicted by then
  const HeartbeatMode heartbeats_;
  bool catching_up_ = false;
  bool slow_ = false;  // catching up because its socket was full, not because it resumes
};

}  // namespace worker::hub
