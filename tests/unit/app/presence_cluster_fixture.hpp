// PresenceClusterFixture: one worker of a cluster, which hears what another one says as the test scripts it,
// and whose store the test can take away.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/sinks/ostream_sink.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/presence_cluster.hpp"
#include "app/presence_publisher.hpp"
#include "app/rosters.hpp"
#include "support/event_log.hpp"
#include "support/manual_clock.hpp"

namespace worker::support {

using namespace std::chrono_literals;
using presence::Change;
using presence::StateMessage;

inline const store::StorageSettings redis{.kind = store::StorageSettings::Kind::redis};

// Of the worker. What the other one says goes past it.
struct ScriptedStore final : store::Store {
  explicit ScriptedStore(EventLog& log) : log_(log) {}
  void append(std::vector<log::Draft> drafts, store::Done done) override {
    if (away) {
      ++refused;
      return done(std::vector<store::Kept>(drafts.size(), base::failure(store::Rejection::unavailable)));
    }
    for (const auto& each : drafts) {
      const bool is_message = each.topics.front() == presence::state_topic;
      if (is_message)
        messages.push_back(nlohmann::json::parse(each.event.data));
      else
        events += each.event.type + " " + each.event.data + "\n";
    }
    log_.append(std::move(drafts), std::move(done));
  }
  /// What was said since the last call.
  std::vector<nlohmann::json> said() { return std::exchange(messages, {}); }
  /// What readers were told since the last call.
  std::string told() { return std::exchange(events, {}); }

  bool away = false;
  int refused = 0;

 private:
  EventLog& log_;
  std::vector<nlohmann::json> messages;
  std::string events;
};

struct PresenceClusterFixture {
  // As in the worker, where no stream begins before it.
  PresenceClusterFixture() {
    logger.set_pattern("%v");
    cluster_and_publisher.emplace(*this);
  }

  /// In steps of the timers. So long that a reader is told of what has changed.
  void advance(std::chrono::milliseconds by) {
    for (; by > 0ms; by -= 100ms) {
      clock.advance(100ms);
      loop.run_ready();
      if (peer_beats) say({.from = "peer", .rank = rank_of_peer, .beat = ++peer_beat});
    }
  }
  /// It has joined, knows what readers were told, and tells them.
  void start_alone() {
    advance(3s);
    BOOST_TEST_REQUIRE(cluster().workers() == 1U);
    store.said();
    store.told();
  }
  app::PresenceCluster& cluster() { return cluster_and_publisher->cluster; }

  // --- the other worker ---

  /// Returns its number.
  std::uint64_t say(const StateMessage& message) {
    std::vector<log::Draft> drafts;
    drafts.push_back(presence::draft_of(message));
    memory.append(std::move(drafts), [](const auto&) {});
    return memory.last();
  }
  /// It joins now, and announces that these read the room.
  void peer_joins(std::vector<std::string> names, std::size_t nameless = 0) {
    rank_of_peer = say({.from = "peer", .joins = true});
    announce(std::move(names), nameless);
  }
  void announce(std::vector<std::string> names, std::size_t nameless = 0) {
    const Change all{.topic = "room",
                     .count = names.size() + nameless,
                     .reset = true,
                     .named = true,
                     .joined = std::move(names)};
    say({.from = "peer", .rank = rank_of_peer, .part_begins = true, .part_ends = true, .part = {all}});
  }
  /// It was there before; now it answers that this worker has joined.
  void peer_was_first(std::vector<std::string> names) {
    advance(100ms);
    rank_of_peer = 1;
    announce(names);
    const Change known{
        .topic = "room", .count = names.size(), .reset = true, .named = true, .joined = std::move(names)};
    say({.from = "peer", .rank = 1, .known = {known}, .known_ends = true});
    advance(3s);
    BOOST_TEST_REQUIRE(cluster().workers() == 2U);
    store.said();
    store.told();
  }

  /// `2 alice bob`.
  std::string present() {
    const auto now = rosters.all().present("room");
    return fmt::format("{} {}", now.count,
                       fmt::join(now.subjects.value_or(std::vector<std::string>{"?"}), " "));
  }

  struct Both {
    explicit Both(PresenceClusterFixture& of)
        : cluster(of.loop, of.memory.log(), of.store, {of.rosters.all(), of.rosters.own()}, of.metrics,
                  of.logger, base::Random(1)),
          publisher(of.loop, of.rosters.all(), of.store, of.metrics, &cluster) {}
    app::PresenceCluster cluster;
    app::PresencePublisher publisher;
  };

  ManualClock clock;
  net::Loop loop{clock};
  metrics::Registry registry;
  presence::Metrics metrics{registry};
  std::ostringstream logged;
  base::Logger logger{"test", std::make_shared<spdlog::sinks::ostream_sink_st>(logged)};
  MemoryLog memory{log::Settings{}, "e", clock, log::Log::Writers::many};
  ScriptedStore store{memory};
  app::Rosters rosters{presence::Settings{.topics = {"room"}}, redis, clock};
  std::optional<Both> cluster_and_publisher;
  std::uint64_t rank_of_peer = 0;
  std::uint64_t peer_beat = 0;
  bool peer_beats = false;
};

// The parts that messages announce: `room 2 +alice -bob`, one a line; `all:` before those that begin anew.
inline std::string parts_of(const std::vector<nlohmann::json>& messages) {
  std::string text;
  for (const auto& message : messages) {
    if (message.contains("partBegins")) text += "all: ";
    if (!message.contains("part")) continue;
    for (const auto& change : message["part"]) {
      text += fmt::format("{} {}", change["topic"].get<std::string>(), change["count"].get<int>());
      for (const auto& [member, sign] : {std::pair("joined", '+'), std::pair("left", '-')}) {
        if (!change.contains(member)) continue;
        for (const auto& name : change[member]) text += fmt::format(" {}{}", sign, name.get<std::string>());
      }
      text += "\n";
    }
  }
  return text;
}

inline const nlohmann::json* with(const std::vector<nlohmann::json>& messages, const char* member) {
  const auto found = std::ranges::find_if(messages, [&](const auto& each) { return each.contains(member); });
  return found == messages.end() ? nullptr : &*found;
}

inline bool says(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace worker::support
