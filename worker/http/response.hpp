// Response: a status, headers and, for short answers, a body, as a value; and its head in the form a FastCGI
// responder sends it (RFC 3875, section 6.3: header lines, the status among them as `Status:`).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace worker::http {

struct ResponseHead {
  int status = 200;
  /// Names and values hold no CR or LF: they come from the worker, never from a request.
  std::vector<std::pair<std::string, std::string>> headers;

  /// With `more`, header lines that each end in CRLF, behind its own.
  void append_to(std::string& out, std::string_view more = {}) const;
};

struct Response {
  ResponseHead head;
  std::string body;
};

/// RFC 9110's phrase for the statuses the worker uses.
std::string_view reason_phrase(int status);

/// `body` as `content_type`, in full: with its length, so that a truncated answer is seen; never cached, and
/// never taken for another type, for it may repeat what a request held. `headers` go first.
Response full_response(int status, std::string content_type, std::string body,
                       std::vector<std::pair<std::string, std::string>> headers = {});

/// The same with 200.
Response plain_response(std::string content_type, std::string body);

}  // namespace worker::http
