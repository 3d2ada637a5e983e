// Request: one HTTP request as the FastCGI parameters tell it. A value; complete, but for a body that streams
// (Endpoint::streams_body()).
#pragma once

#include <map>
#include <optional>
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
  /// The parameter SSE_GRANT: what the web server says that this client may do (access/grant_text.hpp).
  /// Present, though perhaps empty, where the web server decides that. No header of a client can set it.
  std::optional<std::string> grant;
  /// The parameter SSE_HANDOVER: the application has chosen the topics in `query`, and hands the client over.
  /// No header of a client can set it.
  bool handed_over = false;
  /// Of a request that was handed over: the query of the address that the client asked for.
  Query original_query;
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
