// Credentials: where a request may have a token. Pure; views into the request; from every thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/query.hpp"
#include "http/request.hpp"

namespace worker::api {

struct Credential {
  enum class Place { header, address, cookie };

  std::string_view token;
  Place place{};
};

/// The token of a subscriber: of Authorization, else the parameter `authorization` (an EventSource can send
/// no headers), else the first of `cookies` that the request has.
std::optional<Credential> subscriber_credential(const http::Request& request, const http::Query& parameters,
                                                const std::vector<std::string>& cookies);

}  // namespace worker::api
