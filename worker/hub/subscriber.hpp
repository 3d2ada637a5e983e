// Reader: one subscriber as the hub sees it: where it stands, and how it is given events. Owned by whoever
// serves the subscriber; leaves the hub when destroyed, which must not happen inside a call from the hub.
// Loop thread only.
#pragma once

#include <boost/intrusive/list.hpp>
#include <cstdint>
#include <span>

#include "base/bytes.hpp"
#include "log/read.hpp"
#include "log/topic.hpp"

namespace worker::hub {

class Cohort;
class Shard;

/// Events for readers, in order, and the same as bytes that can be sent as they are.
struct Batch {
  std::span<const log::EntryPtr> entries;
  /// Framed for the web server; shared by all readers of the batch.
  const base::Bytes& wire;
};

class Subscriber {
 public:
  using Hook = boost::intrusive::list_member_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

  /// What it gets as a sign of life.
  enum class HeartbeatMode {
    comments,  // a comment, or an `id:` frame, when it has had nothing for a while
    events,    // an event with its cursor, at even distances, also between other events
  };

  explicit Subscriber(HeartbeatMode heartbeats = HeartbeatMode::comments) : heartbeats_(heartbeats) {}
  virtual ~Subscriber();
  Subscriber(const Subscriber&) = delete;
  Subscriber& operator=(const Subscriber&) = delete;

  /// Can it take more without anything waiting for its socket?
  virtual bool ready() const = 0;
  /// Has the web server read all that was sent to it?
  virtual bool taken() const = 0;
  /// Is one delivery, which nothing follows, all that it takes?
  virtual bool takes_single_batch() const { return false; }
  virtual void deliver(const Batch& batch) = 0;
  /// Keeps the line alive; `wire` is as it asked for (see Heartbeats).
  virtual void heartbeat(const base::Bytes& wire) = 0;
  /// Some events after `before`, where it stood, were evicted while it was behind. It goes on with what is
  /// held after `after`, which is a good cursor: nothing that is held stands between the two.
  virtual void gap(log::GapReason reason, log::Sequence before, log::Sequence after) = 0;
  /// Every topic was closed, and it has got everything.
  virtual void end() = 0;

 protected:
  /// What it asked for. After subscribe().
  const log::Subscription& subscription() const;

 private:
  friend class Shard;
  friend class Cohort;

  Hook hook_;               // in its cohort's list of those who are live, or behind
  Hook replay_hook_;        // in the shard's list of those who wait for their turn to replay
  Shard* shard_ = nullptr;  // none before subscribe()
  Cohort* cohort_ = nullptr;
  log::Sequence at_ = 0;                   // while behind: everything up to here is sent
  log::EvictionCount evictions_seen_ = 0;  // while behind: what was evicted by then is no news to it
  const HeartbeatMode heartbeats_;
  bool catching_up_ = false;
  bool slow_ = false;  // behind because it fell back, not because it resumes
};

}  // namespace worker::hub
