#include "api/access/grant_parameter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/number.hpp"
#include "base/printable.hpp"
#include "http/query.hpp"

namespace worker::api {
namespace {

constexpr std::size_t subject_bytes_max = 256;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

using Text = std::optional<std::string>;

base::Result<log::Selectors, std::string> selectors_of(const http::Query& query, std::string_view name,
                                                       std::size_t topics_max, std::size_t topic_bytes_max) {
  const auto given = query.all(name);
  if (given.size() > topics_max)
    return base::failure(
        fmt::format("{}: {} topics, at most {} are allowed", name, given.size(), topics_max));
  auto parsed = log::Selectors::parse(given, topic_bytes_max);
  if (!parsed) return base::failure(fmt::format("{}: {}", name, parsed.error()));
  return parsed;
}

// What is wrong with the parameters beside the topics.
Text set_rest(GrantParameter& parameter, const http::Query& query) {
  auto& grant = parameter.grant;
  for (const auto& [name, value] : query.pairs()) {
    if (name == "subscribe" || name == "publish") continue;
    if (name == "subject") {
      if (value.size() > subject_bytes_max || std::ranges::any_of(value, is_control))
        return fmt::format("subject: must be at most {} bytes without control characters", subject_bytes_max);
      grant.subject = value;
    } else if (name == "expires") {
      constexpr std::int64_t year_9999 = 253'402'300'799;
      const auto seconds = base::parse_number<std::uint64_t>(value);
      if (!seconds || *seconds > year_9999) return "expires: must be Unix time in whole seconds";
      grant.expires = std::chrono::sys_seconds(std::chrono::seconds(*seconds));
    } else if (name == "control") {
      if (value != "0" && value != "1") return "control: must be 0 or 1";
      grant.control = value == "1";
    } else if (name == "resume") {
      constexpr unsigned year = 31'536'000;
      const auto seconds = base::parse_number<unsigned>(value);
      if (!seconds || *seconds == 0 || *seconds > year)
        return fmt::format("resume: must be 1 to {} seconds", year);
      parameter.resume = std::chrono::seconds(*seconds);
    } else {
      return fmt::format(
          "{}: is not a member of a grant; there are subscribe, publish, subject, expires, control and "
          "resume",
          base::printable(name));
    }
  }
  return std::nullopt;
}

}  // namespace

base::Result<GrantParameter, std::string> parse_grant_parameter(std::string_view text, std::size_t topics_max,
                                                                std::size_t topic_bytes_max) {
  // Beside the topics, each name is there once in a grant that makes sense.
  constexpr std::size_t others_max = 16;
  const auto pairs_max = 2 * topics_max + others_max;
  const auto query = http::Query::parse(text, pairs_max + 1);
  if (query.pairs().size() > pairs_max) return base::failure(fmt::format("more than {} members", pairs_max));
  GrantParameter parameter;
  if (const auto wrong = set_rest(parameter, query)) return base::failure(*wrong);
  auto subscribe = selectors_of(query, "subscribe", topics_max, topic_bytes_max);
  if (!subscribe) return base::failure(subscribe.error());
  auto publish = selectors_of(query, "publish", topics_max, topic_bytes_max);
  if (!publish) return base::failure(publish.error());
  parameter.grant.subscribe = std::move(subscribe).value();
  parameter.grant.publish = std::move(publish).value();
  return parameter;
}

}  // namespace worker::api
