// Request: one HTTP request as the FastCGI parameters tell it. A value, complete: the body has arrived.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "http/query.hpp"
#include "http/remote_address.hpp"

namespace worker::http {

struct Request {
  std::string method;
  /// Percent-decoded by the web server, without the query; begins with a slash.
  std::string path;
  Query query;
  /// The Content-Type header; empty where there is none.
  std::string content_type;
  /// The Content-Length header, as it came; empty where there is none.
  std::string content_length;
  /// Names in lower case with dashes: `last-event-id`. Values as they came. A header that came in several
  /// lines is there several times, in their order.
  std::multimap<std::string, std::string, std::less<>> headers;
  RemoteAddress remote_address;
  /// The name that the web server's configuration gives the site; empty where it passes none. Never a text
  /// out of the request.
  std::string site_name;
  std::string body;

  /// The header's value, of several lines the first, or empty.
  std::string_view header(std::string_view name) const {
    const auto [first, end] = headers.equal_range(name);
    return first == end ? std::string_view() : std::string_view(first->second);
  }
};

}  // namespace worker::http
