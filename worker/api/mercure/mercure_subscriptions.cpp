#include "api/mercure/mercure_subscriptions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/mercure/mercure.hpp"
#include "api/mercure/resource_metadata.hpp"
#include "api/request/bearer.hpp"
#include "base/percent.hpp"
#include "base/printable.hpp"
#include "http/problem.hpp"

namespace worker::api {
namespace {

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = base::percent_escape(text, i);
    out.push_back(byte.value_or(text[i]));
    if (byte) i += base::percent_escape_bytes - 1;
  }
  return out;
}

// What the address names.
struct Named {
  /// It is of version 0.x.
  bool old = true;
  std::string match_type{}, match{}, subscriber{};  // empty: any

  bool includes(const MercureSubscriber& each, const MercureSelector& selector) const {
    return old == selector.match_type.empty() && (match_type.empty() || match_type == selector.match_type) &&
           (match.empty() || match == selector.text) && (subscriber.empty() || subscriber == each.id);
  }
};

// The parts behind the address of the list; none where one is empty.
std::optional<std::vector<std::string>> parts_of(std::string_view path) {
  std::vector<std::string> parts;
  for (auto rest = path.substr(std::string_view(MercureSubscribers::path).size()); !rest.empty();) {
    rest.remove_prefix(1);
    const auto part = rest.substr(0, rest.find('/'));
    if (part.empty()) return std::nullopt;
    parts.push_back(percent_decoded(part));
    rest.remove_prefix(part.size());
  }
  return parts;
}

// None: there is no such address.
std::optional<Named> named_by(std::string_view path, bool of_new_token) {
  const auto found = parts_of(path);
  if (!found || found->size() > 3) return std::nullopt;
  const auto& parts = *found;
  if (parts.empty()) return Named{.old = !of_new_token};
  const bool is_type = parts[0] == "exact" || parts[0] == "urlpattern";
  if (parts.size() == 3) {
    if (!is_type) return std::nullopt;
    return Named{.old = false, .match_type = parts[0], .match = parts[1], .subscriber = parts[2]};
  }
  if (parts.size() == 1) return Named{.match = parts[0]};
  // In 0.x the second part is a subscriber, whose name the worker has made.
  if (is_type && !parts[1].starts_with(MercureSubscribers::id_prefix))
    return Named{.old = false, .match_type = parts[0], .match = parts[1]};
  return Named{.match = parts[0], .subscriber = parts[1]};
}

// As the value of an attribute of a link (RFC 8288).
std::string attribute_value(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

bool is_tag(std::string_view given, const std::string& last_id) {
  return given == "\"" + last_id + "\"" || given == last_id;
}

http::Response not_found(std::string_view path) {
  return http::problem(404, fmt::format("There is no subscription {} on this worker", base::printable(path)));
}

}  // namespace

void MercureSubscriptionsEndpoint::serve(http::Exchange& exchange) {
  const auto& request = exchange.request();
  // The web server passes it as the client sent it: decoded, the slashes of a topic would be like those
  // between its parts.
  const auto& path = request.path;
  const auto identity = reader(request, path);
  if (!identity) {
    return exchange.answer(
        with_resource_metadata(identity.error(), resource_metadata_address(settings_.url)));
  }
  const auto last = log_.last();
  const auto last_id = last == 0 ? std::string("earliest") : log_.id_of(last);
  if (is_tag(request.header("if-none-match"), last_id))
    return exchange.answer(with_tag(304, {}, last_id, true));
  exchange.answer(document(path, last_id, identity.value().grant->never_in_address));
}

// Who may read the address; otherwise the refusal.
base::Result<Identity, http::Response> MercureSubscriptionsEndpoint::reader(const http::Request& request,
                                                                            std::string_view path) const {
  if (!settings_.enabled || !settings_.subscriptions) {
    return base::failure(http::problem(404,
                                       "Active subscriptions are off; the operator can turn them on with "
                                       "mercure.subscriptions in the configuration"));
  }
  if (!path.starts_with(MercureSubscribers::path)) return base::failure(not_found(path));
  auto identity = grants_.subscriber(request, request.query);
  if (!identity) return identity;
  const auto& grant = identity.value().grant;
  if (!grant)
    return base::failure(grants_.missing("Subscriptions are for clients whose token covers this address"));
  if (grant->subscribe.matches(path)) return identity;
  return base::failure(
      grants_.not_granted(fmt::format("The token of this request does not cover {}", base::printable(path))));
}

// `last_id` is the cursor with which a client misses nothing that comes after this answer.
http::Response MercureSubscriptionsEndpoint::with_tag(int status, std::string body,
                                                      const std::string& last_id, bool old) const {
  const auto hub = settings_.url.empty() ? std::string(MercureEndpoint::path) : settings_.url;
  http::Response response{
      {status,
       {{"ETag", "\"" + last_id + "\""},
        {"Cache-Control", "private, no-cache"},
        {"Link", fmt::format("<{}>; rel=\"mercure\"; last-event-id={}{}", hub, attribute_value(last_id),
                             old ? "" : "; type=\"mercure\"; content-type=\"application/json\"")}}},
      std::move(body)};
  if (status == 200) {
    auto& headers = response.head.headers;
    headers.emplace_back("Content-Type", old ? "application/ld+json" : "application/json");
    headers.emplace_back("Content-Length", fmt::format("{}", response.body.size()));
    headers.emplace_back("X-Content-Type-Options", "nosniff");
  }
  return response;
}

http::Response MercureSubscriptionsEndpoint::document(std::string_view path, const std::string& last_id,
                                                      bool of_new_token) const {
  const auto named = named_by(path, of_new_token);
  if (!named) return not_found(path);
  std::string found;
  std::size_t total = 0;
  subscribers_.each([&](const MercureSubscriber& subscriber) {
    for (const auto& selector : subscriber.selectors) {
      if (!named->includes(subscriber, selector) || ++total > listed_max) continue;
      if (!found.empty()) found += "},{";
      found += mercure_subscription_json(selector, subscriber.id, true);
    }
  });
  // In 1.0 the cursor is in the header alone.
  const bool old = named->old;
  const auto last = old ? fmt::format(",\"lastEventID\":{}", nlohmann::json(last_id).dump()) : std::string();
  const auto context = old ? std::string(MercureSubscribers::context) + ',' : std::string();
  if (!named->subscriber.empty()) {
    if (found.empty()) return not_found(path);
    return with_tag(200, fmt::format("{{{}{}{}}}", context, found, last), last_id, old);
  }
  auto body = fmt::format(R"({{{}"id":{},"type":"{}"{},"subscriptions":[)", context,
                          nlohmann::json(path).dump(), old ? "Subscriptions" : "subscriptions", last);
  if (!found.empty()) body.append("{").append(found).append("}");
  body += "]";
  if (total > listed_max) body += fmt::format(",\"total\":{}", total);
  return with_tag(200, body + "}", last_id, old);
}

}  // namespace worker::api
