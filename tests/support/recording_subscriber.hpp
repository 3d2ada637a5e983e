// RecordingSubscriber: a subscriber that notes what the hub does to it, and whose socket the test fills and
// drains.
#pragma once

#include <fmt/format.h>

#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "hub/subscriber.hpp"
#include "support/drafts.hpp"

namespace worker::support {

class RecordingSubscriber final : public hub::Subscriber {
 public:
  static constexpr int endless = std::numeric_limits<int>::max();

  /// `takes`: see room.
  explicit RecordingSubscriber(int takes = endless, HeartbeatMode heartbeats = HeartbeatMode::comments)
      : hub::Subscriber(heartbeats), room(takes) {}

  /// Like a stream's, not ready again once its answer has ended.
  bool ready() const override { return room > 0 && !ended; }
  bool fully_read() const override { return read_empty; }
  void deliver(const hub::Batch& batch) override {
    note("[" + places({batch.entries.begin(), batch.entries.end()}) + "]");
    take(batch.wire);
  }
  void heartbeat(const base::Bytes& wire) override {
    note("beat " + *wire);
    take(wire);
  }
  void gap(log::GapReason reason, log::Sequence before, log::Sequence after) override {
    note(fmt::format("gap {} {}>{}", name_of(reason), before, after));
  }
  void end() override {
    note("closed");
    ended = true;
    when_given();
  }
  const log::Subscription& asked() const { return subscription(); }

  /// What came since the last call: `[1 2] [3] gap evicted 3>5 [6] closed`, one pair of brackets per
  /// delivery.
  std::string news() { return std::exchange(said_, {}); }

  /// Deliveries that its socket takes before it is full.
  int room;
  /// Has the web server read what it was sent?
  bool read_empty = true;
  bool ended = false;
  /// Called with all that it is given, whatever that is; a test lets time go by in it, say.
  std::function<void()> when_given = [] {};
  /// As delivered.
  std::vector<base::Bytes> wires;
  std::string received;

 private:
  void note(const std::string& what) { said_ += (said_.empty() ? "" : " ") + what; }
  void take(const base::Bytes& wire) {
    if (room != endless && room > 0) --room;
    wires.push_back(wire);
    received += *wire;
    when_given();
  }

  std::string said_;
};

}  // namespace worker::support
