// Delivery: one request to the receiver of hooks: a body, and what its success settles. A value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "hooks/topic_states.hpp"

namespace worker::hooks {

/// Why the receiver has to forget what it knows of this worker.
enum class ResetReason { started, overflow, given_up, asked };

/// What a delivery tells, in the order in which it does.
struct Content {
  std::optional<ResetReason> reset{};
  std::vector<TopicStates::Change> changes{};
  /// Events `opened` and `closed`, as JSON.
  std::vector<std::string> stream_events{};
  /// Events `opened` and `closed` that were dropped since the last delivery that was accepted.
  std::uint64_t lost = 0;
  /// The worker ends: nobody reads from it any more.
  bool stopped = false;

  bool empty() const { return !reset && changes.empty() && stream_events.empty() && lost == 0 && !stopped; }
  /// Those that the receiver gets.
  std::size_t events(bool occupied, bool vacated) const;
};

struct Delivery {
  /// Unique; the same in each attempt.
  std::string id;
  std::string body;
  Content content;
  std::size_t events;
};

/// `{"id":…,"worker":…,"lost":0,"events":[{"type":"occupied","topic":…,"at":…},…]}`. Changes to occupied, or
/// to vacated, are left out where they are not wanted.
std::string body_of(const Content& content, std::string_view id, std::string_view worker, base::WallTime now,
                    bool occupied, bool vacated);

/// `text` as JSON, with its quotes.
std::string json_text(std::string_view text);

/// The parts of an event `opened` or `closed` that both have: `"stream":…,"topics":[…]`, with `"more":N`
/// where the topics are more than about 8 KB, and `"subject":…` where there is one.
std::string stream_members(std::string_view stream, const std::vector<std::string>& topics,
                           std::string_view subject);

/// `{"type":"opened",…,"at":…}`
std::string stream_event(std::string_view type, std::string_view members, base::WallTime at);

}  // namespace worker::hooks
