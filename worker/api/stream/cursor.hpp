// Cursor: where a reader says it stopped, out of the header or the parameters.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/request.hpp"

namespace worker::api {

/// Is this a name under which a cursor comes: lastEventId, last-event-id, LAST_EVENT_ID…? Case, dashes and
/// underscores make no difference.
bool is_cursor_name(std::string_view name);

/// The header Last-Event-ID, else what `parameters` hold under such a name. Of several the last counts, for
/// clients append theirs to an address that has one already; empty ones do not count (a browser sends one
/// after an empty `id:`), and `earliest` only where nothing else is given. So nobody is sent again in silence
/// what it has.
///
/// None: no cursor. Two: a header that may be one id with a comma in it, or several that a proxy has joined
/// (RFC 9110, section 5.3). Then the first that the journal knows is meant, and the first if it knows none.
std::vector<std::string> cursors_of(const http::Request& request, const http::Query& parameters);

}  // namespace worker::api
