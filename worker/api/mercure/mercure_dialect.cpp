#include "api/mercure/mercure_dialect.hpp"

#include <string_view>
#include <utility>
#include <variant>

#include "api/mercure/mercure_form.hpp"
#include "api/mercure/resource_metadata.hpp"
#include "api/request/bearer.hpp"
#include "api/request/request_body.hpp"
#include "http/problem.hpp"
#include "log/known_id.hpp"

namespace worker::api {

MercureDialect::MercureDialect(const Access& access, const Grants& grants, log::Log& log,
                               const std::string& url)
    : access_(access),
      grants_(grants),
      log_(log),
      hub_(*log::TopicUrl::parse(url.empty() ? log::unknown_address : std::string_view(url), nullptr)),
      metadata_(resource_metadata_address(url)) {}

base::Result<Identity, http::Response> MercureDialect::identify(const http::Request& request) const {
  auto identity = publisher(request);
  if (identity) return identity;
  return base::failure(with_resource_metadata(std::move(identity).error(), metadata_));
}

base::Result<Identity, http::Response> MercureDialect::publisher(const http::Request& request) const {
  if (access_.has_key(request)) return Identity{};
  auto identity = grants_.publisher(request);
  if (!identity) return identity;
  const auto& found = identity.value();
  // The address of a client proves nothing here: the location is open to everybody.
  if (!found.grant) {
    return base::failure(grants_.missing(
        grants_.has_publisher_keys()
            ? "Publishing needs a token whose claim `mercure.publish` covers the topics"
            : "Nobody may publish here yet: the operator has configured no keys for tokens of "
              "publishers, mercure.tokens.publishers.keys"));
  }
  // A browser adds these to whatever any page asks.
  if (found.by_cookie || request.grant) {
    if (auto refused =
            found.by_cookie ? access_.unknown_page_problem(request) : access_.cross_site_problem(request)) {
      return base::failure(*std::move(refused));
    }
  }
  return identity;
}

PublishParser::Parsed MercureDialect::parse(PublishParser& /*parser*/, const http::Request& request,
                                            const PublishSettings& settings, PublishMetrics& metrics,
                                            const log::Selectors* granted) const {
  std::string expanded;
  const auto body = expanded_body(request, expanded, settings.body_bytes_max);
  if (!body) {
    if (body.error().head.status == 413) metrics.limits.count(metrics::Limit::body_bytes);
    return body.error();
  }
  if (media_type(request) != "application/x-www-form-urlencoded")
    return http::problem(415, "Content-Type: must be application/x-www-form-urlencoded");
  auto parsed = PublishParser::one(draft_from_mercure_form(body.value(), settings, hub_), metrics, granted);
  if (auto* refusal = std::get_if<http::Response>(&parsed))
    return with_resource_metadata(std::move(*refusal), metadata_);
  return parsed;
}

void MercureDialect::before_append(std::vector<log::Draft>& drafts) const {
  for (auto& draft : drafts) {
    if (!draft.event.id.empty() && log::is_known_id(log_, draft.event.id)) draft.event.id.clear();
  }
}

http::Response MercureDialect::stored(const std::string& id) const {
  return http::plain_response("text/plain; charset=utf-8", id);
}

}  // namespace worker::api
