// Cursor: where a reader says it stopped, out of the header or the query.
#pragma once

#include <optional>
#include <string>

#include "http/request.hpp"

namespace worker::api {

/// The header Last-Event-ID, else the first of the query parameters lastEventId, lastEventID, last-event-id,
/// last_event_id. None where it is missing or empty; an empty one is what a browser sends after an empty
/// `id:`.
std::optional<std::string> cursor_of(const http::Request& request);

}  // namespace worker::api
