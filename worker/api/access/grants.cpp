#include "api/access/grants.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "api/access/grant_parameter.hpp"
#include "api/request/bearer.hpp"
#include "base/printable.hpp"
#include "http/problem.hpp"
#include "log/topic.hpp"

namespace worker::api {
namespace {

log::Selectors parsed(const std::vector<std::string>& selectors, std::size_t bytes_max) {
  // config/ has checked them; those that a smaller publish.topic_bytes_max forbids match nothing.
  auto result = log::Selectors::parse({selectors.begin(), selectors.end()}, bytes_max);
  return result ? std::move(result).value() : log::Selectors();
}

std::shared_ptr<const access::Grant> shared(access::Grant grant) {
  return std::make_shared<const access::Grant>(std::move(grant));
}

// A name that looks like a pattern is a template, too, and matches one topic.
bool is_many(const log::Template& each) { return each.kind() != log::Template::Kind::literal; }

}  // namespace

Grants::Grants(const GrantSettings& settings, const Limits& limits, const Shared& shared,
               const net::Timers& timers)
    : shared_(shared), timers_(timers) {
  update(settings, limits);
}

void Grants::update(const GrantSettings& settings, const Limits& limits) {
  settings_ = settings;
  limits_ = limits;
  public_topics_ = parsed(settings.public_topics, limits.topic_bytes_max);
}

base::Result<Identity, http::Response> Grants::subscriber(const http::Request& request,
                                                          const http::Query& parameters) const {
  // Its grant may have more than that of the web server, and the client would not learn of what it misses.
  if (request.grant && !request.handed_over && parameters.last("resume")) {
    shared_.metrics.invalid.add();
    return base::failure(
        unauthorized("invalid_token", "A resume address does not count where the web server passes a grant"));
  }
  if (request.grant || request.handed_over) return with_grant_parameter(request);
  if (const auto token = parameters.last("resume"))
    return checked(shared_.resume.verify(*token, timers_.wall()));
  if (!shared_.readers.has_keys()) return Identity{};
  const auto credential = subscriber_credential(request, parameters, settings_.cookies);
  return credential ? checked(*credential, shared_.readers) : Verified(Identity{});
}

base::Result<Identity, http::Response> Grants::publisher(const http::Request& request) const {
  if (request.grant) return with_grant_parameter(request);
  if (!shared_.publishers.has_keys()) return Identity{};
  const auto credential = settings_.publishers_as_subscribers
                              ? subscriber_credential(request, request.query, settings_.cookies)
                              : subscriber_credential(request, {}, {});
  return credential ? checked(*credential, shared_.publishers) : Verified(Identity{});
}

base::Result<log::Subscription, http::Response> Grants::subscription(
    const Identity& identity, const std::vector<std::string_view>& topics, log::Selectors asked) const {
  for (const auto topic : topics) {
    if (!may_read(identity, topic))
      return base::failure(not_readable(identity, topic, log::is_pattern(topic)));
  }
  for (const auto& each : asked.templates()) {
    if (!may_read(identity, each)) return base::failure(not_readable(identity, each.text(), is_many(each)));
  }
  return log::Subscription(std::move(asked), identity.grant ? identity.grant->subscribe : log::Selectors());
}

http::Response Grants::not_readable(const Identity& identity, std::string_view selector,
                                    bool is_pattern) const {
  if (is_pattern && settings_.patterns == GrantSettings::Patterns::refused)
    return not_granted("topic: patterns are disabled by access.patterns; name the topics");
  const auto name = base::printable(selector);
  if (!identity.grant) {
    return missing(
        fmt::format("topic: {} may be read only with a grant. Send a token, or ask through the application "
                    "that gives grants",
                    name));
  }
  return not_granted(fmt::format("topic: {} is not covered by the grant of this request", name));
}

http::Response Grants::missing(const std::string& detail) const {
  shared_.metrics.missing.add();
  return unauthorized({}, detail);
}

http::Response Grants::not_granted(const std::string& detail) const {
  shared_.metrics.not_granted.add();
  return forbidden(detail);
}

std::optional<access::ResumeToken> Grants::resume_token(const Identity& identity) const {
  if (!identity.grant || !identity.resume) return std::nullopt;
  return shared_.resume.sign(*identity.grant, *identity.resume, timers_.wall());
}

std::optional<base::Instant> Grants::end_of(const Identity& identity) const {
  if (!identity.grant || !identity.grant->expires) return std::nullopt;
  // Far enough for every stream, and near enough for a clock that counts nanoseconds.
  constexpr std::chrono::hours most{24 * 366};
  const auto wall = std::chrono::floor<std::chrono::milliseconds>(timers_.wall());
  const auto left = std::min<std::chrono::milliseconds>(*identity.grant->expires - wall, most);
  return timers_.now() + left;
}

Grants::Verified Grants::with_grant_parameter(const http::Request& request) const {
  auto parameter =
      parse_grant_parameter(request.grant.value_or(""), limits_.topics_max, limits_.topic_bytes_max);
  if (!parameter) return base::failure(unreadable(parameter.error()));
  auto& [grant, resume] = parameter.value();
  if (resume && !request.handed_over)
    return base::failure(unreadable("resume: is only for requests that are handed over (X-Accel-Redirect)"));
  if (request.handed_over) add_topics(grant.subscribe, request.query.all("topic"));
  auto identity = checked(shared(std::move(grant)));
  if (identity) identity.value().resume = resume;
  return identity;
}

http::Response Grants::unreadable(const std::string& why) const {
  shared_.metrics.invalid.add();
  return http::problem(
      500,
      fmt::format("The web server passes a grant that cannot be read (X-Sse-Grant of the application): {}",
                  why));
}

// What the application has chosen is granted. Topics that are not valid are refused when the request is
// parsed.
void Grants::add_topics(log::Selectors& granted, const std::vector<std::string_view>& chosen) const {
  if (chosen.size() > limits_.topics_max) return;
  if (const auto parsed = log::Selectors::parse(chosen, limits_.topic_bytes_max))
    granted = log::Selectors::joined(granted, parsed.value());
}

Grants::Verified Grants::checked(const Credential& credential, const access::TokenVerifier& verifier) const {
  auto identity = checked(verifier.verify(credential.token, timers_.wall()));
  if (!identity) return identity;
  // RFC 9700, section 4.3.2: addresses are written to logs and histories.
  if (credential.place == Credential::Place::address && identity.value().grant->never_in_address) {
    shared_.metrics.invalid.add();
    return base::failure(
        misplaced_token("A token of the Mercure protocol 1.0 must not be in an address; send it in the "
                        "header Authorization, or in "
                        "a cookie"));
  }
  identity.value().by_cookie = credential.place == Credential::Place::cookie;
  return identity;
}

Grants::Verified Grants::checked(access::TokenVerifier::Verified verified) const {
  if (verified) return checked(std::move(verified).value());
  const auto& refusal = verified.error();
  auto& metrics = shared_.metrics;
  (refusal.reason == access::TokenRefusal::Reason::expired ? metrics.expired : metrics.invalid).add();
  return base::failure(unauthorized("invalid_token", refusal.sentence));
}

Grants::Verified Grants::checked(std::shared_ptr<const access::Grant> grant) const {
  if (grant->expires && std::chrono::floor<std::chrono::seconds>(timers_.wall()) >= *grant->expires) {
    shared_.metrics.expired.add();
    return base::failure(unauthorized("invalid_token", "The grant has expired. Get a new one"));
  }
  if (shared_.revocations.is_revoked(grant->subject)) {
    shared_.metrics.revoked.add();
    return base::failure(unauthorized("invalid_token", "The grant was revoked by the operator"));
  }
  return Identity{std::move(grant)};
}

bool Grants::may_read(const Identity& identity, std::string_view selector) const {
  using Patterns = GrantSettings::Patterns;
  const bool pattern = log::is_pattern(selector);
  if (pattern && settings_.patterns == Patterns::refused) return false;
  if (identity.grant) {
    const auto& granted = identity.grant->subscribe;
    if (granted.covers(selector) || (!pattern && granted.matches(selector))) return true;
  }
  return (!pattern || settings_.patterns == Patterns::open) && public_topics_.covers(selector);
}

bool Grants::may_read(const Identity& identity, const log::Template& each) const {
  using Patterns = GrantSettings::Patterns;
  const bool many = is_many(each);
  if (many && settings_.patterns == Patterns::refused) return false;
  if (identity.grant && identity.grant->subscribe.covers(each)) return true;
  return (!many || settings_.patterns == Patterns::open) && public_topics_.covers(each);
}

}  // namespace worker::api
