// A cursor whose text a client may have spoilt on its way: ids that are not visible ASCII come back in a
// header as whatever encoding the client takes headers for. Pure.
#pragma once

#include <string>
#include <vector>

namespace worker::api {

/// What the reader may have been given, the most likely first: the text as it came; its bytes read as Latin-1
/// (Node's clients send `é` as the byte E9); its characters read as bytes (they read the UTF-8 of a header as
/// Latin-1, and send that as UTF-8); and with its percent escapes decoded. At most four.
std::vector<std::string> cursor_spellings(std::string cursor);

}  // namespace worker::api
