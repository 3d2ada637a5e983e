// Cursor: the last event that a client has received, from the header or the parameters of its request.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/request.hpp"

namespace worker::api {

/// True for the names of a cursor: lastEventId, last-event-id, LAST_EVENT_ID… Case, dashes and underscores
/// make no difference.
bool is_cursor_name(std::string_view name);

/// The header Last-Event-ID, else the parameters of such a name. Of several the last counts, because clients
/// append theirs to an address that has one already. Empty ones do not count (a browser sends one after an
/// empty `id:`), and `earliest` counts only if nothing else is given. So no client gets events again without
/// notice.
///
/// None: no cursor. Two: a header that may be one id with a comma in it, or several that a proxy has joined
/// (RFC 9110, section 5.3). See resolve_cursor() for which of them counts.
std::vector<std::string> cursors_of(const http::Request& request, const http::Query& parameters);

/// What is wrong with the parameters of such a name: one is too long. An id has at most 1,024 bytes, and a
/// gap repeats the cursor, so it must not be as large as a body.
std::optional<std::string> cursor_problem(const http::Query& parameters);

}  // namespace worker::api
