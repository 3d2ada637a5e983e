// Presence events: what readers are told of who else reads a topic, as events of the companion topic and as
// JSON. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "log/entry.hpp"
#include "presence/roster.hpp"

namespace worker::presence {

inline constexpr std::string_view companion_prefix = "$presence/";

/// The topic that has the presence events of `topic`. It is reserved: nobody publishes to it, and no pattern
/// matches it.
std::string companion_of(std::string_view topic);

/// `event: here` for all, and `event: join` and `event: leave`, which are private.
std::vector<log::Draft> drafts_of(const Change& change);

/// `{"topic":…,"count":…}`. With `names` also `"subjects":[…]`, where they are not too many.
std::string present_json(std::string_view topic, const Present& present, bool names);

/// The frame of an `event: here` without an id: how a stream begins. Without subjects it says `"reset":true`:
/// the names that the reader knows are void.
std::string here_frame(std::string_view topic, const Present& present, bool names);

}  // namespace worker::presence
