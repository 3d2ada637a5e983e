#include "api/publish/publishers.hpp"

#include <utility>

namespace worker::api {

base::Result<Identity, http::Response> Publishers::identify(const http::Request& request) const {
  if (access_.has_key(request)) return Identity{};
  auto identity = grants_.publisher(request);
  if (identity && request.grant) {
    if (auto refused = access_.cross_site_problem(request)) return base::failure(*std::move(refused));
  }
  if (!identity || identity.value().grant) return identity;
  if (grants_.has_publisher_keys()) {
    return base::failure(grants_.missing(
        "Publishing needs `Authorization: Bearer` with a token that grants it, or with the publish key"));
  }
  if (auto refused = access_.publish_problem(request)) return base::failure(*std::move(refused));
  return identity;
}

}  // namespace worker::api
