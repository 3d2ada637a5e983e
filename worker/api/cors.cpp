#include "api/cors.hpp"

#include <memory>

#include "api/request/caller.hpp"

namespace worker::api {
namespace {

// An answer depends on the origin, also where it names none: a cache must not give it to another one.
constexpr const char* vary = "Vary: Origin\r\n";
// A script reads no other headers but Cache-Control, Content-Length and Content-Type.
constexpr const char* expose =
    "Access-Control-Expose-Headers: Accept-Encoding, Allow, Last-Event-ID, Link, Mercure-Last-Event-ID, "
    "Retry-After, WWW-Authenticate\r\n";
// What docs/http-api.md documents, and what clients built on fetch send with it.
constexpr const char* request_headers =
    "Authorization, Cache-Control, Content-Encoding, Content-Type, Last-Event-ID";
// Chromium keeps the answer to a preflight for no longer than this, in seconds.
constexpr const char* preflight_age = "7200";

base::Bytes bytes(std::string text) { return std::make_shared<const std::string>(std::move(text)); }

}  // namespace

void Cors::update(const AccessSettings& access) {
  lines_.clear();
  any_lines_ = other_lines_ = nullptr;
  for (const auto& origin : access.origins) {
    lines_.emplace(origin, bytes("Access-Control-Allow-Origin: " + origin +
                                 "\r\nAccess-Control-Allow-Credentials: true\r\n" + expose + vary));
  }
  if (!lines_.empty()) other_lines_ = bytes(vary);
  // With credentials a browser refuses `*`: any page could then act as its visitor.
  if (access.any_origin)
    any_lines_ = bytes(std::string("Access-Control-Allow-Origin: *\r\n") + expose + vary);
}

const base::Bytes* Cors::lines_of_origin(const http::Request& request) const {
  if (any_lines_) return &any_lines_;
  if (lines_.empty()) return nullptr;
  const auto origin = origin_of(request);
  const auto found = origin ? lines_.find(*origin) : lines_.end();
  return found == lines_.end() ? nullptr : &found->second;
}

base::Bytes Cors::head_lines(const http::Request& request) const {
  const auto* lines = lines_of_origin(request);
  return lines != nullptr ? *lines : other_lines_;
}

http::Response Cors::options_response(const http::Request& request, const std::string& allowed) const {
  http::Response response{{204, {{"Allow", allowed}, {"Cache-Control", "no-store"}}}, {}};
  if (lines_of_origin(request) != nullptr && request.headers.contains("access-control-request-method")) {
    auto& headers = response.head.headers;
    headers.emplace_back("Access-Control-Allow-Methods", allowed);
    headers.emplace_back("Access-Control-Allow-Headers", request_headers);
    headers.emplace_back("Access-Control-Max-Age", preflight_age);
  }
  return response;
}

}  // namespace worker::api
