// Credentials: where a request may have a token. Pure; views into the request; from every thread.
#pragma once

#include <optional>
#include <string_view>

#include "http/query.hpp"
#include "http/request.hpp"

namespace worker::api {

/// The token of a subscriber: of Authorization, else the parameter `authorization` (an EventSource can send
/// no headers), else the cookie `cookie`, where that is not empty.
std::optional<std::string_view> subscriber_token(const http::Request& request, const http::Query& parameters,
                                                 std::string_view cookie);

}  // namespace worker::api
