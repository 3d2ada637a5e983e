// Reserved types: the event types to which the worker itself gives a meaning. A published event of one of
// these could end, or mislead, every reader of its topic, so publishing refuses them
// (publish.reserved_types). This is the one list; whatever the worker sends of its own takes its name from
// here.
//
// `open` and `error`, which every EventSource fires itself, are not among them: the worker never sends them,
// and servers of large language models publish `event: error` by intention.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace worker::sse {

/// Events that the reader missed cannot be given to it.
inline constexpr std::string_view gap_type = "gap";
/// The topics have ended; the reader need not come back.
inline constexpr std::string_view close_type = "close";
/// The connection lives; opt-in.
inline constexpr std::string_view heartbeat_type = "heartbeat";

/// The reader's grant has ended, and the stream with it.
inline constexpr std::string_view expired_type = "expired";

/// The address with which the reader comes back without its application.
inline constexpr std::string_view resume_type = "resume";

/// A reader has asked the publisher to stop. Also what tells the publish streams of all workers.
inline constexpr std::string_view stopped_type = "stopped";

inline constexpr std::array reserved_types = {gap_type,     close_type,  heartbeat_type,
                                              expired_type, resume_type, stopped_type};

/// Who reads a topic: their number, and by name who came and who left. Not reserved: only readers that ask
/// for presence get them, and applications have had events called `join` and `leave` before.
inline constexpr std::string_view here_type = "here";
inline constexpr std::string_view join_type = "join";
inline constexpr std::string_view leave_type = "leave";

constexpr bool is_reserved_type(std::string_view type) {
  return std::ranges::find(reserved_types, type) != reserved_types.end();
}

}  // namespace worker::sse
