#include "api/mercure/resource_metadata.hpp"

#include <nlohmann/json.hpp>

#include "http/problem.hpp"

namespace worker::api {

void ResourceMetadataEndpoint::serve(http::Exchange& exchange) {
  const auto& [audience, issuer] = settings_.resource();
  if (!settings_.enabled || audience.empty() || issuer.empty()) {
    return exchange.answer(http::problem(404,
                                         "The hub takes no tokens of the Mercure protocol 1.0; the operator "
                                         "can set mercure.enabled, mercure.url and "
                                         "mercure.tokens.issuer in the configuration"));
  }
  nlohmann::ordered_json document = {
      {"resource", audience},
      {"authorization_details_types_supported", {"https://mercure.rocks/authorization-detail"}},
      {"bearer_methods_supported", {"header"}},
      {"mercure_matcher_types_supported", {"exact", "urlpattern"}}};
  if (!settings_.access_token_cookie.empty()) document["mercure_cookie"] = settings_.access_token_cookie;
  if (settings_.subscriptions) document["mercure_subscriptions"] = true;
  exchange.answer(http::plain_response("application/json", document.dump()));
}

std::string resource_metadata_address(const std::string& hub) {
  if (hub.empty()) return {};
  const auto path = hub.find('/', hub.find("://") + 3);
  return hub.substr(0, path) + ResourceMetadataEndpoint::path;
}

}  // namespace worker::api
