// Caller: who sent a request, as far as the web server and the request say. Pure; from every thread.
#pragma once

#include <string_view>

#include "http/request.hpp"

namespace worker::api {

/// True where the request has `Authorization: Bearer KEY` with this key. Takes a time that does not depend on
/// where the two differ. False where `key` is empty.
bool has_bearer_key(const http::Request& request, std::string_view key);

}  // namespace worker::api
