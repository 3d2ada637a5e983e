#include "api/stream/subscribe_request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "api/stream/cursor.hpp"
#include "api/stream/cursor_spellings.hpp"
#include "api/stream/long_poll.hpp"
#include "base/number.hpp"
#include "base/percent.hpp"
#include "base/printable.hpp"
#include "http/problem.hpp"
#include "hub/subscription_bytes.hpp"
#include "log/topic.hpp"
#include "sse/frame.hpp"
#include "sse/reserved_types.hpp"

namespace worker::api {
namespace {

// Whole seconds, at most a year; none for any other text.
std::optional<std::chrono::seconds> parse_seconds(std::string_view text) {
  constexpr unsigned year = 31'536'000;
  const auto seconds = base::parse_number<unsigned>(text);
  if (!seconds || *seconds > year) return std::nullopt;
  return std::chrono::seconds(*seconds);
}

std::string too_many_patterns(std::size_t patterns, std::size_t most) {
  if (most == 0) {
    return "topic: patterns and templates are not allowed here; name the topics, or ask the operator to "
           "raise "
           "streams.patterns_max";
  }
  return fmt::format(
      "topic: {} patterns and templates requested, at most {} are allowed. Name the topics, or use one "
      "pattern that covers "
      "several; the operator can raise streams.patterns_max",
      patterns, most);
}

std::optional<std::string> count_problem(std::size_t topics, std::ptrdiff_t patterns,
                                         const StreamSettings& settings, metrics::Limits& limits) {
  if (topics > settings.topics_max) {
    limits.count(metrics::Limit::stream_topics);
    return fmt::format("topic: {} requested, at most {} are allowed", topics, settings.topics_max);
  }
  if (static_cast<std::size_t>(patterns) > settings.patterns_max) {
    limits.count(metrics::Limit::stream_patterns);
    return too_many_patterns(static_cast<std::size_t>(patterns), settings.patterns_max);
  }
  return std::nullopt;
}

bool selects_many(const log::TypedSelector& selector) {
  using Kind = log::TypedSelector::Kind;
  const auto& [kind, text] = selector;
  return text == "*" || (kind == Kind::pattern && log::is_pattern(text)) ||
         (kind == Kind::uri_template && text.find('{') != std::string_view::npos) ||
         kind == Kind::url_pattern;
}

// What would match nothing, or other topics than its author means.
std::optional<std::string> template_problem(std::string_view text) {
  if (log::is_reserved(text)) {
    return fmt::format("template: {} is reserved: names that begin with $ belong to the worker",
                       base::printable(text));
  }
  if (text.empty() || text.find('{') != std::string_view::npos) return std::nullopt;
  return fmt::format(
      "template: {} has no expression such as {{id}}; ask for names, and for patterns such as orders/*, with "
      "topic",
      base::printable(text));
}

// The sentence names the parameter in which the selector is.
std::string about_template(std::string_view sentence) {
  constexpr std::string_view before = "topic: ";
  return "template: " + std::string(sentence.substr(before.size()));
}

// None: there is no room for one of the templates.
using Parsed = base::Result<log::Selectors, std::optional<std::string>>;

// What is asked for, or the text of a refusal.
Parsed parse_asked(const std::vector<std::string_view>& topics, const std::vector<std::string_view>& texts,
                   const StreamSettings& settings, metrics::Limits& limits, log::TemplateCache& templates) {
  const auto patterns =
      std::ranges::count_if(topics, log::is_pattern) + static_cast<std::ptrdiff_t>(texts.size());
  if (auto problem = count_problem(topics.size() + texts.size(), patterns, settings, limits))
    return base::failure(std::move(problem));
  const auto too_long = [&](auto text) { return text.size() > settings.topic_bytes_max; };
  if (std::ranges::any_of(topics, too_long) || std::ranges::any_of(texts, too_long))
    limits.count(metrics::Limit::topic_bytes);
  auto asked = log::Selectors::parse(topics, settings.topic_bytes_max);
  if (!asked) return base::failure(std::optional(std::move(asked).error()));
  if (texts.empty()) return std::move(asked).value();
  std::vector<log::TypedSelector> typed;
  for (const auto text : texts) {
    if (auto problem = template_problem(text)) return base::failure(std::move(problem));
    typed.push_back({log::TypedSelector::Kind::uri_template, text});
  }
  const auto compiled = log::Selectors::parse(typed, settings.topic_bytes_max, templates);
  if (compiled) return log::Selectors::joined(asked.value(), compiled.value());
  if (compiled.error().full) return base::failure(std::optional<std::string>());
  return base::failure(std::optional(about_template(compiled.error().sentence)));
}

}  // namespace

std::size_t SubscribeRequest::bytes() const {
  auto size = hub::subscription_bytes(subscription) + address.size() + subject.size();
  for (const auto& each : cursors) size += sizeof(std::string) + each.size();
  if (resume) size += resume->address.size();
  return size;
}

std::string ResumeAddress::frame() const {
  // An address has no character that JSON would escape.
  std::string frame;
  sse::append_event(frame, {.data = fmt::format(R"({{"address":"{}","expires":{}}})", address,
                                                expires.time_since_epoch().count()),
                            .type = std::string(sse::resume_type)});
  return frame;
}

std::string subscription_address(std::string_view path, const std::vector<std::string_view>& topics,
                                 const http::Query& parameters, std::string_view resume) {
  auto address = base::percent_encoded(path);
  char before = '?';
  const auto append = [&](const char* name, std::string_view value) {
    address.append(1, std::exchange(before, '&')).append(name).append(base::percent_encoded(value));
  };
  for (const auto topic : topics) append("topic=", topic);
  for (const auto text : parameters.all("template")) append("template=", text);
  if (const auto heartbeat = parameters.last("heartbeat"))
    address.append("&heartbeat=").append(base::percent_encoded(*heartbeat));
  if (wants_presence(parameters).value_or(false)) address.append("&presence=true");
  if (!resume.empty()) address.append("&resume=").append(base::percent_encoded(resume));
  return address.size() > LongPoll::address_bytes_max ? std::string() : address;
}

std::optional<hub::Subscriber::HeartbeatMode> heartbeat_mode(const http::Query& parameters) {
  const auto value = parameters.last("heartbeat").value_or("comment");
  if (value == "comment") return hub::Subscriber::HeartbeatMode::comments;
  if (value == "event") return hub::Subscriber::HeartbeatMode::events;
  return std::nullopt;
}

std::optional<bool> wants_presence(const http::Query& parameters) {
  const auto value = parameters.last("presence").value_or("false");
  if (value == "true") return true;
  if (value == "false") return false;
  return std::nullopt;
}

base::Result<SubscribeRequest, http::Response> parse_subscribe_request(
    const http::Request& request, const http::Query& parameters, const std::vector<std::string_view>& topics,
    StreamContext& streams, log::TemplateCache& templates) {
  const auto seconds = parameters.last("poll");
  auto asked =
      parse_asked(topics, parameters.all("template"), streams.settings(), streams.limits(), templates);
  if (!asked) {
    if (asked.error()) return base::failure(http::problem(400, *asked.error()));
    return base::failure(streams.templates_full(seconds ? Delivery::poll : Delivery::stream));
  }
  SubscribeRequest parsed{.subscription = log::Subscription(std::move(asked).value()),
                          .head_only = request.method == "HEAD",
                          .heartbeats = *heartbeat_mode(parameters),
                          .presence = *wants_presence(parameters)};
  for (const auto topic : topics) {
    if (!parsed.notice) parsed.notice = log::selector_notice(topic);
  }
  parsed.cursors = cursor_candidates(request, parameters);
  if (seconds) {
    parsed.poll = parse_seconds(*seconds);
    if (!parsed.poll) return base::failure(http::problem(400, "poll: must be a whole number of seconds"));
    // One that was handed over gets its streams from its application alone.
    if (!request.handed_over)
      parsed.address =
          subscription_address(request.path, topics, parameters, parameters.last("resume").value_or(""));
  }
  return parsed;
}

base::Result<log::Selectors, http::Response> parse_selectors(const std::vector<log::TypedSelector>& selectors,
                                                             StreamContext& streams,
                                                             log::TemplateCache& templates) {
  const auto& settings = streams.settings();
  auto& limits = streams.limits();
  if (const auto problem =
          count_problem(selectors.size(), std::ranges::count_if(selectors, selects_many), settings, limits))
    return base::failure(http::problem(400, *problem));
  auto parsed = log::Selectors::parse(selectors, settings.topic_bytes_max, templates);
  if (parsed) return std::move(parsed).value();
  const auto too_long = [&](const auto& each) { return each.text.size() > settings.topic_bytes_max; };
  if (std::ranges::any_of(selectors, too_long)) limits.count(metrics::Limit::topic_bytes);
  if (parsed.error().full) return base::failure(streams.templates_full(Delivery::stream));
  return base::failure(http::problem(400, parsed.error().sentence));
}

std::vector<std::string> cursor_candidates(const http::Request& request, const http::Query& parameters) {
  std::vector<std::string> candidates;
  for (auto& cursor : cursors_of(request, parameters)) {
    for (auto& spelling : cursor_spellings(std::move(cursor))) candidates.push_back(std::move(spelling));
  }
  return candidates;
}

std::optional<Gap> ResumeStart::gap(const log::Log& log) const {
  if (!point.gap) return std::nullopt;
  return Gap{*point.gap, *cursor, log.id_of(point.after)};
}

ResumeStart resolve_cursor(const SubscribeRequest& request, const log::Log& log) {
  if (request.cursors.empty()) return {log.resume(request.subscription, {})};
  std::optional<ResumeStart> first;
  for (const auto& cursor : request.cursors) {
    ResumeStart start{log.resume(request.subscription, cursor), cursor};
    if (start.point.gap != log::GapReason::unknown) return start;
    if (!first) first = std::move(start);
  }
  return *std::move(first);
}

}  // namespace worker::api
