#include "api/mercure/mercure_topics.hpp"

#include <fmt/format.h>

#include "api/request/request_body.hpp"
#include "base/printable.hpp"
#include "base/utf8.hpp"
#include "log/topic.hpp"

namespace worker::api {

base::Result<std::vector<log::TypedSelector>, std::string> mercure_topics(const http::Query& parameters) {
  using Kind = log::TypedSelector::Kind;
  std::vector<log::TypedSelector> topics;
  for (const auto& [name, value] : parameters.pairs()) {
    if (name == "topic") {
      topics.push_back({Kind::uri_template, value});
    } else if (name == "match" || name == "match_exact") {
      topics.push_back({Kind::exact, value});
    } else if (name == "match_urlpattern") {
      topics.push_back({Kind::url_pattern, value});
    } else if (lower_case(name).starts_with("match")) {
      return base::failure(
          fmt::format("{}: is not a parameter; there are topic, match, match_exact and match_urlpattern",
                      base::printable(name)));
    }
  }
  if (topics.empty()) return base::failure(std::string("topic: is missing"));
  for (const auto& [kind, topic] : topics) {
    if (base::is_utf8(topic) && base::has_format(topic)) {
      return base::failure(std::string(
          "topic: contains a character that formats text and is not seen (Unicode's category Cf)"));
    }
    if (!log::is_reserved(topic)) continue;
    return base::failure(fmt::format("topic: {} is reserved: names that begin with $ belong to the worker",
                                     base::printable(topic)));
  }
  return topics;
}

}  // namespace worker::api
