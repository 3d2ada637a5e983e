// Cors: the response headers that let pages of other origins use this worker (the CORS protocol of the Fetch
// standard), for the origins of `access.origins`. Owned by the router; loop thread only.
//
// The lines of each origin are made once: a request costs one look-up.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "api/request/settings.hpp"
#include "base/bytes.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

namespace worker::api {

class Cors {
 public:
  void update(const AccessSettings& access);

  /// What the answer to `request` carries, as http::Exchange::add_to_head() takes it. An origin that is not
  /// allowed gets `Vary: Origin` alone; null where no origins are configured.
  base::Bytes head_lines(const http::Request& request) const;
  /// The answer to an OPTIONS request for a path that takes the methods `allowed`. A preflight of an allowed
  /// origin is told what it may send.
  http::Response options_response(const http::Request& request, const std::string& allowed) const;

 private:
  const base::Bytes* lines_of_origin(const http::Request& request) const;

  std::map<std::string, base::Bytes, std::less<>> lines_;  // by origin
  base::Bytes any_lines_;                                  // of `*`; else null
  base::Bytes other_lines_;                                // of all other requests; null: no origins
};

}  // namespace worker::api
