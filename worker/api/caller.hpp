// Who a request comes from, as far as the web server and the request say.
#pragma once

#include <string_view>

#include "http/request.hpp"

namespace worker::api {

/// True where the request has `Authorization: Bearer KEY` with this key. Takes a time that does not depend on
/// where the two differ. An empty key is nobody's.
bool has_key(const http::Request& request, std::string_view key);

}  // namespace worker::api
