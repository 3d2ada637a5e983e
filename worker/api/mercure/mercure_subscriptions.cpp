#include "api/mercure/mercure_subscriptions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

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
  std::string topic{}, subscriber{};  // empty: any

  bool includes(const MercureSubscriber& each, const std::string& each_topic) const {
    return (topic.empty() || topic == each_topic) && (subscriber.empty() || subscriber == each.id);
  }
};

// None: there is no such address.
std::optional<Named> named_by(std::string_view path) {
  auto rest = path.substr(std::string_view(MercureSubscribers::path).size());
  if (rest.empty()) return Named();
  rest.remove_prefix(1);
  const auto slash = std::min(rest.find('/'), rest.size());
  const auto topic = rest.substr(0, slash);
  const auto subscriber = rest.substr(std::min(slash + 1, rest.size()));
  if (topic.empty() || subscriber.find('/') != std::string_view::npos ||
      (slash < rest.size() && subscriber.empty()))
    return std::nullopt;
  return Named{percent_decoded(topic), percent_decoded(subscriber)};
}

bool is_tag(std::string_view given, const std::string& last_id) {
  return given == "\"" + last_id + "\"" || given == last_id;
}

http::Response not_found(std::string_view path) {
  return http::problem(404, fmt::format("There is no subscription {} on this worker", base::printable(path)));
}

http::Response with_tag(int status, std::string body, const std::string& last_id) {
  http::Response response{{status,
                           {{"ETag", "\"" + last_id + "\""},
                            {"Cache-Control", "private, no-cache"},
                            {"Link", "</.well-known/mercure>; rel=\"mercure\""}}},
                          std::move(body)};
  if (status == 200) {
    auto& headers = response.head.headers;
    headers.emplace_back("Content-Type", "application/ld+json");
    headers.emplace_back("Content-Length", fmt::format("{}", response.body.size()));
    headers.emplace_back("X-Content-Type-Options", "nosniff");
  }
  return response;
}

}  // namespace

void MercureSubscriptionsEndpoint::serve(http::Exchange& exchange) {
  const auto& request = exchange.request();
  // The web server passes it as the client sent it: decoded, the slashes of a topic would be like those
  // between its parts.
  const auto& path = request.path;
  if (const auto refused = refusal(request, path)) return exchange.answer(*refused);
  const auto last = log_.last();
  const auto last_id = last == 0 ? std::string("earliest") : log_.id_of(last);
  if (is_tag(request.header("if-none-match"), last_id)) return exchange.answer(with_tag(304, {}, last_id));
  exchange.answer(document(path, last_id));
}

std::optional<http::Response> MercureSubscriptionsEndpoint::refusal(const http::Request& request,
                                                                    std::string_view path) const {
  if (!settings_.enabled || !settings_.subscriptions) {
    return http::problem(404,
                         "Active subscriptions are off; the operator can turn them on with "
                         "mercure.subscriptions in the configuration");
  }
  if (!path.starts_with(MercureSubscribers::path)) return not_found(path);
  const auto identity = grants_.subscriber(request, request.query);
  if (!identity) return identity.error();
  const auto& grant = identity.value().grant;
  if (!grant) return grants_.missing("Subscriptions are for clients whose token covers this address");
  if (grant->subscribe.matches(path)) return std::nullopt;
  return grants_.not_granted(
      fmt::format("The token of this request does not cover {}", base::printable(path)));
}

http::Response MercureSubscriptionsEndpoint::document(std::string_view path,
                                                      const std::string& last_id) const {
  const auto named = named_by(path);
  if (!named) return not_found(path);
  std::string found;
  std::size_t total = 0;
  subscribers_.each([&](const MercureSubscriber& subscriber) {
    for (const auto& topic : subscriber.topics) {
      if (!named->includes(subscriber, topic) || ++total > listed_max) continue;
      if (!found.empty()) found += "},{";
      found += mercure_subscription_json(subscriber, topic, true);
    }
  });
  const auto last = fmt::format("\"lastEventID\":{}", nlohmann::json(last_id).dump());
  if (!named->subscriber.empty()) {
    if (found.empty()) return not_found(path);
    return with_tag(200, fmt::format("{{{},{},{}}}", MercureSubscribers::context, found, last), last_id);
  }
  auto body = fmt::format(R"({{{},"id":{},"type":"Subscriptions",{},"subscriptions":[)",
                          MercureSubscribers::context, nlohmann::json(path).dump(), last);
  if (!found.empty()) body.append("{").append(found).append("}");
  body += "]";
  if (total > listed_max) body += fmt::format(",\"total\":{}", total);
  return with_tag(200, body + "}", last_id);
}

}  // namespace worker::api
