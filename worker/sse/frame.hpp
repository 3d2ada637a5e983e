// Frames: events, comments and retry hints as the bytes of text/event-stream
// (HTML standard, section "Server-sent events", parsing an event stream).
// Pure functions that append to the caller's buffer; they cannot fail, because an Event was checked at the
// edge.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "sse/event.hpp"

namespace worker::sse {

/// One frame with its closing blank line. `data:` is always there, even when empty: a frame without it would
/// move the reader's cursor but fire nothing. CR, LF and CRLF inside the data all end a line, so nothing in
/// the data can become a field.
void append_event(std::string& out, const Event& event);

/// What the frame of every event of `type` begins with.
std::string type_line(std::string_view type);

/// An `id:`-only frame: moves the reader's cursor and fires nothing (the data buffer is empty at dispatch).
void append_cursor(std::string& out, std::string_view id);

/// Back from a frame of append_event(): what a reader would see. None where it fires nothing.
std::optional<Event> parse_event(std::string_view frame);

/// `: text` and a blank line. `text` holds no line end.
void append_comment(std::string& out, std::string_view text);

/// `event: heartbeat` with `{"intervalSeconds":…}` as data: a sign of life that a script can see, and the
/// cursor with it. `interval`: within it comes the next one.
void append_heartbeat(std::string& out, std::string_view id, std::chrono::milliseconds interval);

/// A `retry:` frame: how long the reader waits before it reconnects.
void append_retry(std::string& out, std::chrono::milliseconds delay);

}  // namespace worker::sse
