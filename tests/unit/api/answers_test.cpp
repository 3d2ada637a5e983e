// The heads of all kinds of answers: none may be kept by a cache, taken for another type, or cut short
// unseen.
#include <fmt/format.h>

#include <boost/test/unit_test.hpp>
#include <map>

#include "api/events.hpp"
#include "api/health.hpp"
#include "api/publish/publish.hpp"
#include "api/router.hpp"
#include "support/hub_fixture.hpp"
#include "support/recording_exchange.hpp"

using namespace worker;
using namespace worker::support;
using namespace std::chrono_literals;

namespace {

struct Silent final : http::Endpoint {
  void serve(http::Exchange& exchange) override { exchange.answer({{200, {}}, {}}); }
};

struct Fixture : HubFixture {
  Fixture() {
    router.add("/events", {"GET", "POST"}, events);
    router.add("/publish", {"POST"}, publish);
    router.add("/healthz", {"GET"}, health);
    router.add("/metrics", {"GET"}, stats);
    append(closing("over", "bye"));
  }
  std::unique_ptr<RecordingExchange> served(const std::string& method, const std::string& path,
                                            const std::string& query = {}, const std::string& type = {},
                                            const std::string& body = {}) {
    http::Request asked{.method = method,
                        .path = path,
                        .query = http::Query::parse(query),
                        .content_type = type,
                        .body = body};
    if (type == "gzip") asked.headers.emplace("content-encoding", "br");
    auto exchange = std::make_unique<RecordingExchange>(std::move(asked));
    router.serve(*exchange);
    settle();
    return exchange;
  }

  base::Random random{1};
  api::StreamSlots slots{100};
  Silent silent;
  metrics::Limits limits{registry};
  api::StreamContext context{loop.timers(), random, slots, {}, limits};
  api::Access access;
  api::GrantSettings grant_settings;
  access::TokenVerifier no_tokens;
  access::ResumeTokens no_resume;
  api::Revocations revocations{clock};
  api::AccessMetrics access_metrics{registry};
  api::Grants grants{
      grant_settings, {}, {no_tokens, no_tokens, no_resume, revocations, access_metrics}, loop.timers()};
  api::PublishRate rate{0};
  presence::Roster roster{{}, clock};
  log::TemplateCache templates;
  hooks::Metrics hook_metrics{registry};
  hooks::Readers readers{{}, "here", "abc", clock, hook_metrics};
  api::EventsEndpoint events{context, shard(), event_log().store(), grants, templates, {roster, readers},
                             silent,  silent};
  api::PublishMetrics publish_metrics{registry};
  api::Publishers publishers{access, grants};
  api::PublishEndpoint publish{loop, event_log().store(),      publishers,
                               rate, {.event_bytes_max = 100}, publish_metrics};
  api::HealthEndpoint health{event_log().log(), event_log().store(), slots, access, {}};
  api::MetricsEndpoint stats{registry, access};
  api::Router router;
};

using Headers = std::multimap<std::string, std::string>;

Headers headers_of(const RecordingExchange& exchange) {
  return {exchange.head->headers.begin(), exchange.head->headers.end()};
}

std::string value(const Headers& headers, const std::string& name) {
  BOOST_TEST(headers.count(name) <= 1U, name);
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

struct Kind {
  int status;
  const char* type;
  const char* method;
  const char* path;
  const char* query;
  const char* content_type;
  const char* body;
};

constexpr auto problem = "application/problem+json";
constexpr auto form = "application/x-www-form-urlencoded";
constexpr auto ndjson = "application/x-ndjson";

const Kind kinds[] = {
    {200, "application/json", "GET", "/events", "topic=a&poll=0", "", ""},
    {200, "application/json", "POST", "/events", "", form, "topic=a&poll=0"},
    {200, "application/json", "GET", "/events", "topic=over&poll=0", "", ""},
    {200, "application/json", "GET", "/events", "topic=a&poll=5&lastEventId=x", "", ""},
    {200, "application/json", "POST", "/publish", "", form, "topic=a"},
    {200, ndjson, "POST", "/publish", "", ndjson, "{\"topic\":\"a\"}\n{}\n"},
    {200, "application/json", "GET", "/healthz", "", "", ""},
    {200, "text/plain; version=0.0.4; charset=utf-8", "GET", "/metrics", "", "", ""},
    {400, problem, "GET", "/events", "topics=a", "", ""},
    {400, problem, "GET", "/events", "topic=", "", ""},
    {400, problem, "GET", "/events", "topic=a&poll=x", "", ""},
    {400, problem, "POST", "/events", "", "application/json", "{"},
    {400, problem, "POST", "/publish", "", form, "data=x"},
    {404, problem, "GET", "/nowhere", "", "", ""},
    {405, problem, "DELETE", "/events", "", "", ""},
    {405, problem, "GET", "/publish", "", "", ""},
    {405, problem, "POST", "/healthz", "", "", ""},
    {409, problem, "POST", "/publish", "", form, "topic=over"},
    {413, problem, "POST", "/publish", "", form,
     "topic=a&data="
     "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
     "xx"},
    {415, problem, "POST", "/publish", "", "text/plain", "topic=a"},
    {415, problem, "POST", "/publish", "", "gzip", "x"},
    {415, problem, "POST", "/events", "", "text/plain", "topic=a"},
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(answers_suite, Fixture)

BOOST_AUTO_TEST_CASE(every_whole_answer) {
  for (const auto& kind : kinds) {
    const auto exchange = served(kind.method, kind.path, kind.query, kind.content_type, kind.body);
    const auto what = fmt::format("{} {}?{} {}", kind.method, kind.path, kind.query, kind.body);
    BOOST_TEST_REQUIRE(exchange->finished, what);
    BOOST_TEST(exchange->head->status == kind.status, what);
    const auto headers = headers_of(*exchange);
    BOOST_TEST(value(headers, "Content-Type") == kind.type, what);
    BOOST_TEST(value(headers, "Cache-Control") == "no-store", what);
    BOOST_TEST(value(headers, "X-Content-Type-Options") == "nosniff", what);
    BOOST_TEST(value(headers, "Content-Length") == fmt::format("{}", exchange->body().size()), what);
    BOOST_TEST(value(headers, "Allow").empty() == (kind.status != 405), what);
    // Nothing may be stored, so there is nothing to vary by.
    BOOST_TEST(headers.count("Vary") == 0U, what);
  }
}

BOOST_AUTO_TEST_CASE(what_is_allowed) {
  BOOST_TEST(value(headers_of(*served("DELETE", "/events")), "Allow") == "GET, POST, HEAD");
  BOOST_TEST(value(headers_of(*served("GET", "/publish")), "Allow") == "POST");
  BOOST_TEST(value(headers_of(*served("POST", "/metrics")), "Allow") == "GET, HEAD");
}

BOOST_AUTO_TEST_CASE(the_end_of_a_stream_is_not_kept_either) {
  const auto exchange = served("GET", "/events", "topic=over&lastEventId=e-1");
  BOOST_TEST(exchange->head_text() == "Status: 204 No Content\r\nCache-Control: no-store\r\n\r\n");
}

// A stream has no length: it would end there.
BOOST_AUTO_TEST_CASE(streams) {
  for (const auto* method : {"GET", "POST", "HEAD"}) {
    BOOST_TEST(served(method, "/events", "topic=a")->head_text() ==
               "Status: 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
               "Cache-Control: no-cache, no-transform\r\nX-Accel-Buffering: no\r\n\r\n");
  }
}

// 503 and 429 say when to ask again; a stream says it in its own way.
BOOST_AUTO_TEST_CASE(who_may_come_back_is_told_when) {
  slots.set_limit(0, 0, 0);
  const auto poll = served("GET", "/events", "topic=a&poll=5");
  BOOST_TEST(poll->head->status == 503);
  BOOST_TEST(!value(headers_of(*poll), "Retry-After").empty());
  BOOST_TEST(value(headers_of(*poll), "Cache-Control") == "no-store");
  BOOST_TEST(served("GET", "/events", "topic=a")->head->status == 200);
}

BOOST_AUTO_TEST_SUITE_END()
