// HubFixture: a shard with its log, its store and its loop, turned by hand.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hub/shard.hpp"
#include "support/drafts.hpp"
#include "support/event_log.hpp"
#include "support/manual_clock.hpp"
#include "support/recording_subscriber.hpp"

namespace worker::support {

struct HubFixture {
  /// Both are made by the first use, out of the settings of that moment. The epoch is `e`.
  EventLog& event_log() {
    if (!event_log_) event_log_ = std::make_unique<MemoryLog>(history, "e", clock);
    return *event_log_;
  }
  hub::Shard& shard() {
    if (!shard_) {
      shard_.emplace(loop, event_log().log(), settings, metrics, [this](std::string_view payload) {
        framed.push_back(payload.size());
        return std::make_shared<const std::string>(payload);
      });
    }
    return *shard_;
  }
  /// In place of the one in memory. Before the first use.
  void use(std::unique_ptr<EventLog> other) { event_log_ = std::move(other); }

  void append(log::Draft draft) {
    std::vector<log::Draft> drafts;
    drafts.push_back(std::move(draft));
    event_log().append(std::move(drafts), [](const auto&) {});
  }
  void publish(const std::string& topics, std::string data = "x") { append(draft(topics, std::move(data))); }
  void publish_private(const std::string& topics, std::string data = "x") {
    append(privately(draft(topics, std::move(data))));
  }
  void publish_times(int count, const std::string& topics, const std::string& data = "x") {
    for (int i = 0; i < count; ++i) publish(topics, data);
  }
  /// Without a place, at the end.
  void subscribe(RecordingSubscriber& subscriber, const std::string& selectors,
                 std::optional<log::Sequence> after = {}) {
    subscribe_granted(subscriber, selectors, {}, after);
  }
  void subscribe_granted(RecordingSubscriber& subscriber, const std::string& selectors,
                         const std::string& granted, std::optional<log::Sequence> after = {}) {
    loop.timers().turn().begin();  // requests come at the beginning of one, or soon after
    shard().subscribe(subscriber, select(selectors, granted), after ? *after : event_log().last(), 0);
  }
  void turn() { loop.run_ready(); }
  void advance(std::chrono::milliseconds by) {
    clock.advance(by);
    loop.run_ready();
  }
  /// Long enough for whatever flush is due, and for what the loop takes in on the way; too short for a
  /// heartbeat.
  void settle() {
    for (int i = 0; i < 2; ++i) advance(std::chrono::milliseconds(50));
  }
  /// Its socket is empty again.
  void drain(RecordingSubscriber& subscriber, int takes = RecordingSubscriber::endless) {
    subscriber.room = takes;
    shard().on_drained(subscriber);
  }

  ManualClock clock;
  net::Loop loop{clock};
  metrics::Registry registry;
  hub::Metrics metrics{registry};
  log::Settings history;
  hub::Settings settings;
  /// The sizes of what was framed.
  std::vector<std::size_t> framed;

 private:
  std::unique_ptr<EventLog> event_log_;
  std::optional<hub::Shard> shard_;
};

}  // namespace worker::support
