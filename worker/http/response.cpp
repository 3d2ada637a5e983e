#include "http/response.hpp"

#include <utility>

namespace worker::http {

void ResponseHead::append_to(std::string& out, std::string_view more) const {
  // The usual size of a head: reserved once, because every publish is answered with one.
  constexpr std::size_t bytes = 256;
  out.reserve(out.size() + bytes + more.size());
  out.append("Status: ")
      .append(std::to_string(status))
      .append(" ")
      .append(reason_phrase(status))
      .append("\r\n");
  for (const auto& [name, value] : headers) out.append(name).append(": ").append(value).append("\r\n");
  out.append(more).append("\r\n");
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 204:
      return "No Content";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 503:
      return "Service Unavailable";
    default:
      return "Internal Server Error";
  }
}

Response full_response(int status, std::string content_type, std::string body,
                       std::vector<std::pair<std::string, std::string>> headers) {
  headers.reserve(headers.size() + 4);
  headers.emplace_back("Content-Type", std::move(content_type));
  headers.emplace_back("Content-Length", std::to_string(body.size()));
  headers.emplace_back("Cache-Control", "no-store");
  headers.emplace_back("X-Content-Type-Options", "nosniff");
  return {{status, std::move(headers)}, std::move(body)};
}

Response plain_response(std::string content_type, std::string body) {
  return full_response(200, std::move(content_type), std::move(body));
}

}  // namespace worker::http
