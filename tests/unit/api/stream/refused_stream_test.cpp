// The answer to a request that gets no slot, and how long the client should wait.
#include "api/stream/refused_stream.hpp"

#include <boost/test/unit_test.hpp>

using namespace worker::api;
using namespace std::chrono_literals;
using Reason = StreamSlots::Refused::Reason;

namespace {

struct Fixture {
  worker::base::Random random{1};
  worker::base::Instant now{1h};
  worker::metrics::Registry registry;
  worker::metrics::Limits limits{registry};
  StreamSlots::Refused all_taken{Reason::all_taken, 1};
  StreamSlots::Refused address_full{Reason::address_full, 1};
  StreamSettings settings{.retry = 3s, .retry_jitter = 2s};

  /// The least and the most of many.
  std::pair<std::chrono::milliseconds, std::chrono::milliseconds> waits(std::size_t recent) {
    std::pair range{24h + 0ms, 0ms};
    for (int i = 0; i < 2'000; ++i) {
      const auto wait = wait_for_slot(recent, settings, random);
      range = {std::min(range.first, wait), std::max(range.second, wait)};
    }
    return range;
  }
};

std::string head_of(const worker::http::Response& response) {
  std::string text;
  response.head.append_to(text);
  return text;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(turned_away_suite, Fixture)

BOOST_AUTO_TEST_CASE(the_more_they_are_the_longer_they_wait) {
  const auto [few_least, few_most] = waits(1);
  BOOST_TEST((few_least >= 3s && few_least < 3'100ms && few_most <= 5'010ms && few_most > 4'900ms));
  const auto [many_least, many_most] = waits(1'000);
  BOOST_TEST((many_least >= 7'500ms && many_least < 7'600ms && many_most <= 15s && many_most > 14'900ms));
  for (const std::size_t crowd : {10'000UL, 100'000UL, ~0UL}) {
    const auto [least, most] = waits(crowd);
    BOOST_TEST((least >= 30s && least < 31s && most <= 60s && most > 59s));
  }
}

BOOST_AUTO_TEST_CASE(never_shorter_than_anybody_waits) {
  settings = {.retry = 1h, .retry_jitter = 0ms};
  BOOST_TEST((waits(1) == std::pair<std::chrono::milliseconds, std::chrono::milliseconds>(1h, 1h)));
  BOOST_TEST((waits(100'000) == std::pair<std::chrono::milliseconds, std::chrono::milliseconds>(1h, 1h)));
  settings = {.retry = 0ms, .retry_jitter = 0ms};
  BOOST_TEST((waits(10).second <= 100ms));
}

BOOST_AUTO_TEST_CASE(a_stream_is_empty_and_says_when_to_come_back) {
  settings = {.retry = 3s, .retry_jitter = 0ms};
  const auto response = refused_stream(all_taken, settings, random, limits);
  BOOST_TEST(head_of(response) ==
             "Status: 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
             "Cache-Control: no-cache, no-transform\r\nX-Accel-Buffering: no\r\n\r\n");
  BOOST_TEST(response.body.starts_with(
      ": the worker has reached its limit of streams; reconnect later\n\nretry: 30"));
  BOOST_TEST(response.body.ends_with("\n\n"));
  BOOST_TEST(limits.value(worker::metrics::Limit::streams) == 1U);
}

BOOST_AUTO_TEST_CASE(a_poll_is_told_in_whole_seconds) {
  settings = {.retry = 0ms, .retry_jitter = 0ms};
  const auto response = refused_poll(all_taken, settings, random, limits);
  BOOST_TEST(head_of(response).starts_with("Status: 503 Service Unavailable\r\nRetry-After: 1\r\n"));
  BOOST_TEST(response.body.find("\"detail\":\"The worker has reached its limit of streams (streams.max in "
                                "the configuration). Retry later.\"") != std::string::npos);
  BOOST_TEST(limits.value(worker::metrics::Limit::streams) == 1U);
  settings.retry = 3'001ms;
  BOOST_TEST(head_of(refused_poll(all_taken, settings, random, limits)).find("\r\nRetry-After: 4\r\n") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_address_that_has_its_share_is_told_so) {
  settings = {.retry = 3s, .retry_jitter = 0ms};
  const auto stream = refused_stream(address_full, settings, random, limits);
  BOOST_TEST(
      head_of(stream).starts_with("Status: 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"));
  BOOST_TEST(stream.body.starts_with(
      ": this address has reached its limit of streams; reconnect later\n\nretry: 30"));
  const auto poll = refused_poll(address_full, settings, random, limits);
  BOOST_TEST(head_of(poll).starts_with("Status: 429 Too Many Requests\r\nRetry-After: 4\r\n"));
  BOOST_TEST(poll.body.find("streams.per_address_max") != std::string::npos);
  BOOST_TEST(limits.value(worker::metrics::Limit::streams_per_address) == 2U);
  BOOST_TEST(limits.value(worker::metrics::Limit::streams) == 0U);
  address_full.recent = 100'000;
  const auto late = refused_stream(address_full, settings, random, limits).body;
  BOOST_TEST(std::stoi(late.substr(late.find("retry: ") + 7)) >= 30'000);
}

BOOST_AUTO_TEST_CASE(where_subscriptions_take_all_that_they_may) {
  const StreamSlots::Refused refused{Reason::subscriptions_full, 1};
  const auto stream = refused_stream(refused, settings, random, limits);
  BOOST_TEST(stream.head.status == 200);
  BOOST_TEST(stream.body.starts_with(": the memory for subscriptions is used up"));
  const auto poll = refused_poll(refused, settings, random, limits);
  BOOST_TEST(poll.head.status == 503);
  BOOST_TEST(poll.body.find("streams.subscriptions_bytes_max") != std::string::npos);
  BOOST_TEST(limits.value(worker::metrics::Limit::subscriptions_bytes) == 2U);
  BOOST_TEST(limits.value(worker::metrics::Limit::streams) == 0U);
}

BOOST_AUTO_TEST_CASE(where_no_more_templates_may_be_in_use) {
  const StreamSlots::Refused refused{Reason::templates_full, 1};
  const auto stream = refused_stream(refused, settings, random, limits);
  BOOST_TEST(stream.head.status == 200);
  BOOST_TEST(stream.body.starts_with(": the worker has reached its limit of templates; reconnect later"));
  const auto poll = refused_poll(refused, settings, random, limits);
  BOOST_TEST(poll.head.status == 503);
  BOOST_TEST(poll.body.find("streams.templates_max") != std::string::npos);
  BOOST_TEST(limits.value(worker::metrics::Limit::stream_templates) == 2U);
}

BOOST_AUTO_TEST_CASE(who_was_turned_away_longer_ago_does_not_count) {
  RecentRefusals recent;
  for (std::size_t i = 1; i <= 5; ++i) BOOST_TEST(recent.add(now) == i);
  BOOST_TEST(recent.add(now + 9'999ms) == 6U);
  BOOST_TEST(recent.add(now + 10s) == 7U);
  BOOST_TEST(recent.add(now + 19'999ms) == 8U);
  BOOST_TEST(recent.add(now + 20s) == 3U);
  BOOST_TEST(recent.add(now + 40s) == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
