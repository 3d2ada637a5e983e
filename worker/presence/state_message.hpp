// StateMessage: what the workers of a cluster tell each other about presence, as a private event of one
// reserved topic: all workers read the same messages in the same order. Values; the functions are pure.
//
// JSON with short lists:
// `{"from":"5f1c…","rank":17,"beat":3,"part":[{"topic":"room/1","count":2,"named":true,
// "joined":["alice"],"left":["bob"]}]}`. A later version may add members:
// those that are unknown are ignored, and a message whose members are not of their kind is no message.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "log/entry.hpp"
#include "presence/change.hpp"

namespace worker::presence {

inline constexpr std::string_view state_topic = "$state/presence";

struct StateMessage {
  /// Names one membership: a worker that joins again has another one.
  std::string from{};
  /// The number of the message with which it has joined: less is longer. 0 in that message.
  std::uint64_t rank = 0;
  /// Not 0: the lease is renewed; counts up.
  std::uint64_t beat = 0;
  /// It joins.
  bool joins = false;
  /// Its former name; what is known of that one holds for this one until all is announced.
  std::string replaces{};
  /// It leaves in good order.
  bool leaves = false;
  /// Those whose leases have ended.
  std::vector<std::string> ended{};
  /// From here to `part_ends` all of its readers are announced.
  bool part_begins = false, part_ends = false;
  /// Its own readers.
  std::vector<Change> part{};
  /// What the readers are told by the events after this one.
  std::vector<Change> told{};
  /// What they have been told before, for workers that have joined; with `known_ends` that was all.
  std::vector<Change> known{};
  bool known_ends = false;

  bool operator==(const StateMessage&) const = default;
};

log::Draft draft_of(const StateMessage& message);
/// Of an event of the topic; none if it is not a message.
std::optional<StateMessage> message_of(const log::Entry& entry);

}  // namespace worker::presence
