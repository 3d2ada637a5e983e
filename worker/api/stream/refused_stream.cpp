#include "api/stream/refused_stream.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "api/stream/stream.hpp"
#include "http/problem.hpp"
#include "sse/frame.hpp"

namespace worker::api {
namespace {

using Reason = StreamSlots::Refused::Reason;

metrics::Limit limit_of(Reason reason) {
  switch (reason) {
    case Reason::address_full:
      return metrics::Limit::streams_per_address;
    case Reason::subject_full:
      return metrics::Limit::streams_per_subject;
    case Reason::subscriptions_full:
      return metrics::Limit::subscriptions_bytes;
    case Reason::templates_full:
      return metrics::Limit::stream_templates;
    case Reason::all_taken:
      break;
  }
  return metrics::Limit::streams;
}

const char* comment_of(Reason reason) {
  switch (reason) {
    case Reason::address_full:
      return "this address has reached its limit of streams; reconnect later";
    case Reason::subject_full:
      return "this user has reached the limit of streams; reconnect later";
    case Reason::subscriptions_full:
      return "the memory for subscriptions is used up; reconnect later";
    case Reason::templates_full:
      return "the worker has reached its limit of templates; reconnect later";
    case Reason::all_taken:
      break;
  }
  return "the worker has reached its limit of streams; reconnect later";
}

std::chrono::milliseconds count_and_wait(const StreamSlots::Refused& refused, const StreamSettings& settings,
                                         base::Random& random, metrics::Limits& limits) {
  limits.count(limit_of(refused.reason));
  return wait_for_slot(refused.recent, settings, random);
}

}  // namespace

std::chrono::milliseconds wait_for_slot(std::size_t recent, const StreamSettings& settings,
                                        base::Random& random) {
  constexpr std::chrono::milliseconds each{10};
  constexpr std::chrono::milliseconds longest{60'000};
  const auto least = settings.retry + settings.retry_jitter;
  const auto count = std::min<std::size_t>(recent, static_cast<std::size_t>(longest / each));
  const auto most = std::max(least, std::min(longest, least + each * static_cast<int>(count)));
  return random.between(std::max(settings.retry, most / 2), most);
}

http::Response refused_stream(const StreamSlots::Refused& refused, const StreamSettings& settings,
                              base::Random& random, metrics::Limits& limits) {
  std::string body;
  sse::append_comment(body, comment_of(refused.reason));
  sse::append_retry(body, count_and_wait(refused, settings, random, limits));
  return {stream_head(), std::move(body)};
}

http::Response refused_poll(const StreamSlots::Refused& refused, const StreamSettings& settings,
                            base::Random& random, metrics::Limits& limits) {
  const auto wait =
      std::chrono::ceil<std::chrono::seconds>(count_and_wait(refused, settings, random, limits));
  const auto seconds = std::max<std::chrono::seconds::rep>(1, wait.count());
  const auto refusal = [&](int status, const char* detail) {
    return http::problem(status, detail, {{"Retry-After", fmt::format("{}", seconds)}});
  };
  if (refused.reason == Reason::subscriptions_full) {
    return refusal(503,
                   "The memory for subscriptions is used up (streams.subscriptions_bytes_max in the "
                   "configuration). Retry later, or request fewer topics.");
  }
  if (refused.reason == Reason::templates_full)
    return refusal(503,
                   "The worker has reached its limit of different templates (streams.templates_max in the "
                   "configuration). Retry later.");
  if (refused.reason == Reason::all_taken)
    return refusal(
        503, "The worker has reached its limit of streams (streams.max in the configuration). Retry later.");
  if (refused.reason == Reason::subject_full)
    return refusal(
        429,
        "This user has reached the limit of streams and long polls (streams.per_subject_max in the "
        "configuration). Retry later.");
  return refusal(429,
                 "This address has reached its limit of streams and long polls (streams.per_address_max in "
                 "the configuration). Retry later.");
}

}  // namespace worker::api
