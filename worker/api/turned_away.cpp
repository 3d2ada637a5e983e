#include "api/turned_away.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "api/stream_head.hpp"
#include "http/problem.hpp"
#include "sse/frame.hpp"

namespace worker::api {
namespace {

std::chrono::milliseconds count_and_wait(StreamSlots& slots, const StreamSettings& settings,
                                         base::Random& random, base::Instant now, metrics::Limits& limits) {
  limits.count(metrics::Limit::streams);
  return wait_for_slot(slots.refusals.add(now), settings, random);
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

http::Response turned_away_stream(StreamSlots& slots, const StreamSettings& settings, base::Random& random,
                                  base::Instant now, metrics::Limits& limits) {
  std::string body;
  sse::append_comment(body, "all streams that this worker may hold are taken; come back");
  sse::append_retry(body, count_and_wait(slots, settings, random, now, limits));
  return {stream_head(), std::move(body)};
}

http::Response turned_away_poll(StreamSlots& slots, const StreamSettings& settings, base::Random& random,
                                base::Instant now, metrics::Limits& limits) {
  const auto wait =
      std::chrono::ceil<std::chrono::seconds>(count_and_wait(slots, settings, random, now, limits));
  const auto seconds = std::max<std::chrono::seconds::rep>(1, wait.count());
  return http::problem(503, "All streams that this worker may hold are taken; ask again.",
                       {{"Retry-After", fmt::format("{}", seconds)}});
}

}  // namespace worker::api
