#include "api/publish/publishers.hpp"

#include <utility>

#include "api/publish/granted.hpp"

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

std::optional<http::Response> Publishers::topics_problem(const Identity& identity,
                                                         const std::vector<std::string>& topics) const {
  if (const auto problem = ungranted(topics, granted_topics(identity))) return grants_.not_granted(*problem);
  return std::nullopt;
}

}  // namespace worker::api
