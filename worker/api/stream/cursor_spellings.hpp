// A cursor whose text a client may have changed: ids that are not visible ASCII come back in a header in
// whatever encoding the client uses for headers. Pure.
#pragma once

#include <string>
#include <vector>

namespace worker::api {

/// The ids that the client may have received, the likeliest first: the text as it came; its bytes read as
/// Latin-1 (Node's clients send `é` as the byte E9); its characters read as bytes (they read the UTF-8 of a
/// header as Latin-1, and send that as UTF-8); and with its percent escapes decoded. At most four.
std::vector<std::string> cursor_spellings(std::string cursor);

}  // namespace worker::api
