// POST /publish/stream: when the answers begin, what is kept until then, and who is refused.
#include "api/publish/publish_stream_endpoint.hpp"

#include <fmt/format.h>

#include "support/recording_exchange.hpp"
#include "unit/api/publish/publish_stream_fixture.hpp"
#include "unit/api/publish/stores.hpp"

using namespace worker;
using namespace worker::support;
using namespace std::chrono_literals;

namespace {

template <class Store>
struct EndpointFixture {
  struct Request {
    explicit Request(http::Request request) : exchange(std::move(request)) {}
    std::string send(std::string_view piece) {
      exchange.source->on_body(piece);
      return exchange.news();
    }
    std::string end() {
      exchange.source->on_body_end();
      return exchange.news();
    }
    RecordingExchange exchange;
  };

  api::PublishStreamEndpoint& endpoint() {
    if (!endpoint_) endpoint_.emplace(loop, store, publishers, rate, settings, metrics, unfinished, shared);
    return *endpoint_;
  }
  std::unique_ptr<Request> request(std::string_view query, http::Request from = {}) {
    from.method = "POST";
    from.path = "/publish/stream";
    from.query = http::Query::parse(query);
    // Text that is answered as NDJSON is.
    if (from.content_type.empty()) from.content_type = "text/plain";
    if (!from.query.first("answers")) from.query.add("answers", "auto");
    auto made = std::make_unique<Request>(std::move(from));
    endpoint().serve(made->exchange);
    return made;
  }
  static http::Request granted(const std::string& grant) {
    http::Request request;
    request.grant = grant;
    return request;
  }
  /// The status and the sentence of a refusal.
  static std::string refusal(const Request& request) {
    if (!request.exchange.finished) return "none";
    const auto body = request.exchange.body();
    const std::string mark = "\"detail\":\"";
    const auto begin = body.find(mark) + mark.size();
    return fmt::format("{} {}", request.exchange.head->status, body.substr(begin, body.rfind('"') - begin));
  }
  void advance(std::chrono::milliseconds by) {
    clock.advance(by);
    loop.run_ready();
  }

  ManualClock clock;
  net::Loop loop{clock};
  metrics::Registry registry;
  api::PublishMetrics metrics{registry};
  api::PublishSettings settings;
  api::Access access;
  access::TokenVerifier tokens;
  access::ResumeTokens resume;
  api::Revocations revocations{clock};
  api::AccessMetrics access_metrics{registry};
  api::Grants grants{{}, {}, {tokens, tokens, resume, revocations, access_metrics}, loop.timers()};
  api::Publishers publishers{access, grants};
  api::PublishRate rate{0};
  base::ByteBudget unfinished;
  api::SharedPublishStreams shared{metrics.streams};
  log::Log log{{}, "e", clock};
  Store store{log};

 private:
  std::optional<api::PublishStreamEndpoint> endpoint_;
};

struct AtOnce : EndpointFixture<store::MemoryStore> {};
struct Later : EndpointFixture<LateStore> {};

const std::string answers_head =
    "Status: 200 OK\r\nContent-Type: application/x-ndjson\r\nCache-Control: no-store, no-transform\r\n"
    "X-Accel-Buffering: no\r\n\r\n";
constexpr auto first_pause = 5ms;

std::string lines(int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += "line\n";
  return all;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(publish_stream_endpoint_suite, AtOnce)

// --- when the answers begin ---

BOOST_AUTO_TEST_CASE(the_answers_begin_with_the_first_pause) {
  const auto stream = request("topic=t");
  BOOST_TEST(endpoint().streams_body({}));
  BOOST_TEST(stream->send("one\n") == "");
  advance(first_pause - 1ms);
  BOOST_TEST(stream->send("two\n") == "");
  advance(first_pause - 1ms);
  BOOST_TEST(!stream->exchange.head.has_value());
  advance(1ms);
  BOOST_TEST(stream->exchange.head_text() == answers_head);
  BOOST_TEST(stream->exchange.news() == id_lines(1, 2));
  BOOST_TEST(stream->send("three\n") == id_line("e-3"));
  BOOST_TEST(stream->end() == "");
  BOOST_TEST(stream->exchange.finished);
}

// A body that comes in one piece is answered in one.
BOOST_AUTO_TEST_CASE(without_a_pause_they_come_with_the_end) {
  const auto stream = request("topic=t");
  stream->send("one\ntwo\n");
  BOOST_TEST(stream->end() == id_lines(1, 2));
  BOOST_TEST(stream->exchange.head_text() == answers_head);
  BOOST_TEST(stream->exchange.writes.size() == 1U);
  BOOST_TEST(stream->exchange.finished);
  advance(1s);
}

BOOST_AUTO_TEST_CASE(nothing_is_sent_before_anything_has_come) {
  const auto stream = request("topic=t");
  advance(1h);
  BOOST_TEST(!stream->exchange.head.has_value());
  BOOST_TEST(stream->end() == "");
  BOOST_TEST(stream->exchange.finished);
}

BOOST_AUTO_TEST_CASE(all_answers_at_once) {
  const auto stream = request("topic=t&answers=all");
  BOOST_TEST(stream->exchange.head_text() == answers_head);
  BOOST_TEST(stream->send("one\n") == id_line("e-1"));
  std::string answers;
  for (int i = 0; i < 10; ++i) answers += stream->send(lines(10'000));
  BOOST_TEST((answers == id_lines(2, 100'001)));
}

BOOST_AUTO_TEST_CASE(errors_at_the_end) {
  const auto stream = request("topic=t&answers=errors");
  BOOST_TEST(stream->send("one\n\xff\n") == "");
  advance(1h);
  BOOST_TEST(!stream->exchange.head.has_value());
  BOOST_TEST(stream->end() == error_line("line 2: data: is not valid UTF-8") +
                                  "{\"stored\":1,\"rejected\":1,\"last\":\"e-1\"}\n");
}

// --- a publisher that does not pause ---

BOOST_AUTO_TEST_CASE(a_flood_gets_a_summary) {
  const auto stream = request("topic=t");
  int events = 0;
  std::string answers;
  // 15 to 20 bytes an answer: half a mebibyte of them.
  for (; events < 60'000; events += 1'000) answers += stream->send(lines(1'000));
  BOOST_TEST(answers == "");
  advance(1h);
  BOOST_TEST(!stream->exchange.head.has_value());
  BOOST_TEST(stream->end() == "{\"stored\":60000,\"rejected\":0,\"last\":\"e-60000\"}\n");
}

// Up to the bound all of them, and past it the last id is known though its line is not kept.
BOOST_AUTO_TEST_CASE(the_bound_of_what_is_kept) {
  const auto all = id_lines(1, 100'000);
  const auto fit = static_cast<int>(std::count(all.begin(), all.begin() + 524'288, '\n'));
  for (const int more : {0, 1}) {
    const auto stream = request(fmt::format("topic=t{}", more));
    const auto first = static_cast<int>(log.last()) + 1;
    if (first > 1) {
      // Longer ids: fewer fit.
      std::string ids;
      int count = 0;
      for (int i = first; ids.size() <= 524'288; ++i, ++count) ids += id_line(fmt::format("e-{}", i));
      stream->send(lines(count));
      BOOST_TEST(stream->end() == fmt::format("{{\"stored\":{},\"rejected\":0,\"last\":\"e-{}\"}}\n", count,
                                              first + count - 1));
    } else {
      stream->send(lines(fit));
      BOOST_TEST((stream->end() == id_lines(1, fit)));
    }
  }
}

BOOST_AUTO_TEST_CASE(the_errors_of_a_flood_are_kept_and_no_ids) {
  const auto stream = request("topic=t");
  stream->send("\xff\n");
  for (int i = 0; i < 60; ++i) stream->send(lines(1'000));
  stream->send("\xfe\n");
  BOOST_TEST(stream->end() == error_line("line 1: data: is not valid UTF-8") +
                                  error_line("line 60002: data: is not valid UTF-8") +
                                  "{\"stored\":60000,\"rejected\":2,\"last\":\"e-60000\"}\n");
}

// As many whole lines as fit, whether they come one by one, all at once, or before it is a flood.
BOOST_AUTO_TEST_CASE(errors_are_kept_within_a_bound_and_all_are_counted) {
  for (const auto* query : {"topic=t&answers=errors", "topic=t"}) {
    for (const int step : {1, 100, 10'000}) {
      const auto stream = request(query);
      std::string wrong;
      for (int i = 0; i < step; ++i) wrong += "\xff\n";
      for (int i = 0; i < 20'000; i += step) stream->send(wrong);
      const auto answer = stream->end();
      BOOST_TEST(answer.ends_with("}\n{\"stored\":0,\"rejected\":20000,\"last\":null}\n"));
      BOOST_TEST(answer.size() < 65'700U);
      BOOST_TEST(answer.size() > 65'000U);
      std::istringstream each(answer);
      int number = 0;
      for (std::string line; std::getline(each, line) && line.starts_with("{\"error"); ++number)
        BOOST_REQUIRE_EQUAL(line,
                            fmt::format("{{\"error\":\"line {}: data: is not valid UTF-8\"}}", number + 1));
      BOOST_TEST(number > 1'000);
    }
  }
}

// The worker is slow, and not the publisher: nothing begins.
BOOST_AUTO_TEST_CASE(bytes_that_wait_in_the_socket_are_no_pause) {
  const auto stream = request("topic=t");
  stream->send("one\n");
  stream->exchange.body_bytes = 1;
  advance(first_pause);
  advance(first_pause);
  BOOST_TEST(!stream->exchange.head.has_value());
  stream->exchange.body_bytes = 0;
  advance(first_pause - 1ms);
  BOOST_TEST(!stream->exchange.head.has_value());
  advance(1ms);
  BOOST_TEST(stream->exchange.news() == id_line("e-1"));
}

// --- stop ---

BOOST_AUTO_TEST_CASE(a_stop_is_told_at_once_and_the_answers_begin_with_it) {
  for (const auto* query : {"topic=t", "topic=t&answers=errors", "topic=t&answers=all"}) {
    const auto stream = request(query);
    stream->send("\xff\n");
    endpoint().open().stop("t");
    BOOST_TEST(stream->exchange.head_text() == answers_head);
    BOOST_TEST(stream->exchange.body() ==
               error_line("line 1: data: is not valid UTF-8") + "{\"stop\":{\"topic\":\"t\"}}\n");
    stream->exchange.news();
    BOOST_TEST(stream->send("\xff\n") == error_line("line 2: data: is not valid UTF-8"));
  }
}

// --- a web server that forgets the body ---

// It has found the socket full, and the rest of a line does not come.
BOOST_AUTO_TEST_CASE(a_body_that_is_not_continued_ends_its_stream) {
  const auto stream = request("topic=t&answers=all");
  stream->exchange.body_bytes = 65'536;
  BOOST_TEST(stream->send("one\n") == id_line("e-1"));
  stream->exchange.body_bytes = 0;
  BOOST_TEST(stream->send("two\nhal") == id_line("e-2"));
  advance(9'999ms);
  BOOST_TEST(stream->exchange.news() == "");
  advance(1ms);
  BOOST_TEST(stream->exchange.news() == "{\"end\":{\"reason\":\"blocked\"}}\n");
  BOOST_TEST(stream->exchange.finished);
}

BOOST_AUTO_TEST_CASE(a_body_that_is_continued_in_time) {
  const auto stream = request("topic=t&answers=all");
  stream->exchange.body_bytes = 65'536;
  stream->send("one\nha");
  stream->exchange.body_bytes = 0;
  for (int i = 0; i < 5; ++i) {
    advance(9'999ms);
    BOOST_TEST(stream->send("x") == "");
  }
  BOOST_TEST(stream->send("\n") == id_line("e-2"));
  // A whole line: its publisher may be silent from now on, also within a line.
  advance(10s);
  BOOST_TEST(stream->send("ha") == "");
  advance(1h);
  BOOST_TEST(stream->send("lf\n") == id_line("e-3"));
}

BOOST_AUTO_TEST_CASE(a_publisher_that_is_silent_within_a_line) {
  const auto stream = request("topic=t&answers=all");
  stream->exchange.body_bytes = 65'535;
  stream->send("one\nha");
  advance(1h);
  BOOST_TEST(stream->send("lf\n") == id_line("e-2"));
  // Before the answers have begun, the web server continues whatever had to wait.
  const auto other = request("topic=t&answers=errors");
  other->exchange.body_bytes = 1'000'000;
  other->send("ha");
  advance(1h);
  BOOST_TEST(!other->exchange.finished);
}

// Where the body ended with a line, nothing tells that bytes are missing.
BOOST_AUTO_TEST_CASE(a_publisher_that_is_silent_for_an_hour) {
  const auto answered = request("topic=t&answers=all");
  const auto asks = request("topic=t");
  BOOST_TEST(answered->send("one\n") == id_line("e-1"));
  advance(first_pause);
  for (int minute = 0; minute < 59; ++minute) {
    advance(1min);
    asks->send("");
  }
  BOOST_TEST(!answered->exchange.finished);
  advance(1min);
  BOOST_TEST(answered->exchange.news() == "{\"end\":{\"reason\":\"idle\"}}\n");
  BOOST_TEST(!asks->exchange.finished);
  // Streams that come later are looked at, too.
  const auto late = request("topic=t&answers=all");
  for (int minute = 0; minute < 62; ++minute) advance(1min);
  BOOST_TEST(late->exchange.finished);
}

// What waits for the first pause counts among what all streams may keep.
BOOST_AUTO_TEST_CASE(answers_that_all_streams_together_cannot_keep) {
  unfinished.set_limit(20'000);
  base::ByteBudget::Reservation others(&unfinished);
  BOOST_TEST(others.reserve(15'000));
  const auto stream = request("topic=t");
  // Up to 4 KiB are free, and twice as much is taken for more.
  stream->send(lines(200));
  BOOST_TEST(unfinished.used() == 15'000U);
  stream->send(lines(100));
  BOOST_TEST(unfinished.used() == 15'000U);
  BOOST_TEST(stream->end() == "{\"stored\":300,\"rejected\":0,\"last\":\"e-300\"}\n");
  others.release();
  {
    const auto next = request("topic=t");
    next->send(lines(300));
    BOOST_TEST(unfinished.used() > 4'096U);
    advance(first_pause);
    BOOST_TEST(unfinished.used() == 0U);
    const auto leaves = request("topic=t");
    leaves->send(lines(300));
    BOOST_TEST(unfinished.used() > 4'096U);
  }
  BOOST_TEST(unfinished.used() == 0U);
}

// --- refusals ---

BOOST_AUTO_TEST_CASE(refusals) {
  BOOST_TEST(refusal(*request("")) ==
             "400 topic: is missing; a body of this type has none, so it must be in the URL");
  BOOST_TEST(
      refusal(*request("topic=t", {.content_type = "application/json"})).starts_with("415 Content-Type: "));
  http::Request compressed;
  compressed.headers.emplace("content-encoding", "gzip");
  BOOST_TEST(refusal(*request("topic=t", compressed)) ==
             "415 Content-Encoding: gzip is not supported here; send the body uncompressed");
  BOOST_TEST(metrics.streams.value() == 0);
}

BOOST_AUTO_TEST_CASE(a_key_is_needed_where_there_is_one) {
  access.update("secret", {});
  BOOST_TEST(refusal(*request("topic=t")).starts_with("401 "));
  http::Request keyed;
  keyed.headers.emplace("authorization", "Bearer secret");
  BOOST_TEST(refusal(*request("topic=t", keyed)) == "none");
}

// close=1, abort= and writer= act on them, also where no line of the body does.
BOOST_AUTO_TEST_CASE(topics_of_the_address_that_the_grant_does_not_cover) {
  for (const auto* query :
       {"topic=other&close=1", "topic=t&topic=other&abort=x", "topic=other&writer=x", "topic=other"}) {
    const auto stream = request(query, granted("publish=t"));
    BOOST_TEST(refusal(*stream) == "403 topic: other may not be published with the grant of this request");
  }
  BOOST_TEST(access_metrics.not_granted.value() == 4U);
  const auto stream = request("topic=t&close=1", granted("publish=t"));
  BOOST_TEST(stream->end() == "");
  BOOST_TEST(log.last() == 1U);
}

BOOST_AUTO_TEST_CASE(a_grant_that_ends) {
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(clock.wall().time_since_epoch()).count();
  const auto stream = request("topic=t&answers=all", granted(fmt::format("publish=t&expires={}", now + 10)));
  BOOST_TEST(stream->send("one\n") == id_line("e-1"));
  advance(10s);
  BOOST_TEST(stream->exchange.news() == "{\"end\":{\"reason\":\"expired\"}}\n");
  BOOST_TEST(stream->exchange.finished);
}

BOOST_AUTO_TEST_CASE(so_many_streams_and_one_more) {
  settings.streams_max = 2;
  auto one = request("topic=t");
  const auto two = request("topic=t");
  BOOST_TEST(metrics.streams.value() == 2);
  const auto three = request("topic=t");
  BOOST_TEST(refusal(*three) ==
             "503 There are 2 publish streams already, as many as publish.streams_max allows. Retry later.");
  BOOST_TEST(three->exchange.head_text().find("\r\nRetry-After: 1\r\n") != std::string::npos);
  BOOST_TEST(metrics.limits.value(metrics::Limit::publish_streams) == 1U);
  one.reset();
  BOOST_TEST(metrics.streams.value() == 1);
  const auto four = request("topic=t");
  BOOST_TEST(refusal(*four) == "none");
  settings.streams_max = 0;
  endpoint().update(settings);
  BOOST_TEST(refusal(*request("topic=t")).starts_with("503 There are 0 publish streams already"));
  BOOST_TEST(!four->exchange.finished);
}

// --- the end ---

BOOST_AUTO_TEST_CASE(a_body_of_the_announced_length_ends_well) {
  for (const auto& [length, body, well] : {std::tuple{"8", "one\ntwo\n", true},
                                           {"", "one\n", true},
                                           {"9", "one\ntw", false},
                                           {"3", "one\n", false},
                                           {"0", "", true}}) {
    const auto topic = fmt::format("t{}{}", length, body[0] == '\0' ? "" : "b");
    const auto before = log.last();
    const auto stream = request("topic=" + topic + "&close=1&abort=died", {.content_length = length});
    if (*body != '\0') stream->send(body);
    stream->end();
    BOOST_TEST(stream->exchange.finished);
    const auto last = log.read_all(before, 10).back();
    BOOST_TEST(last->closes() == well, length);
    BOOST_TEST((last->frame().find("event: died") == 0) == !well, length);
  }
}

BOOST_AUTO_TEST_CASE(the_reader_of_the_answers_has_gone) {
  auto stream = request("topic=t&abort=died");
  stream->send("one\nhal");
  stream.reset();
  BOOST_TEST(log.last() == 2U);
  BOOST_TEST(metrics.streams.value() == 0);
  advance(1s);
}

BOOST_AUTO_TEST_CASE(a_drain) {
  const auto stream = request("topic=t");
  stream->send("one\n");
  stream->exchange.source->drain(1s);
  BOOST_TEST(stream->exchange.head_text() == answers_head);
  BOOST_TEST(stream->exchange.news() ==
             id_line("e-1") + "{\"end\":{\"reason\":\"drain\",\"retryMs\":1000}}\n");
  BOOST_TEST(stream->exchange.finished);
}

BOOST_AUTO_TEST_CASE(a_client_that_does_not_read_is_held) {
  const auto stream = request("topic=t&answers=all");
  stream->exchange.full = true;
  stream->send("one\n");
  BOOST_TEST(stream->exchange.body_held);
  stream->exchange.full = false;
  stream->exchange.source->on_drained();
  BOOST_TEST(!stream->exchange.body_held);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(publish_stream_endpoint_later_suite, Later)

// It is the store that is slow: the publisher has not paused, so that the answers do not begin, and the web
// server continues its body.
BOOST_AUTO_TEST_CASE(a_publisher_that_is_held_has_not_paused) {
  const auto stream = request("topic=t");
  stream->send(std::string(1'048'300, 'x') + "\n");
  stream->send("two\n");
  BOOST_TEST(stream->exchange.body_held);
  advance(1h);
  BOOST_TEST(!stream->exchange.head.has_value());
  store.keep_all();
  BOOST_TEST(!stream->exchange.body_held);
  advance(first_pause - 1ms);
  BOOST_TEST(!stream->exchange.head.has_value());
  advance(1ms);
  BOOST_TEST(stream->exchange.news() == id_lines(1, 2));
}

// While it is held, nothing can come, however long that takes.
BOOST_AUTO_TEST_CASE(a_body_that_was_held_during_its_answers) {
  const auto stream = request("topic=t&answers=all");
  stream->send(std::string(1'048'300, 'x') + "\n");
  stream->send("two\nhal");
  BOOST_TEST(stream->exchange.body_held);
  advance(1h);
  BOOST_TEST(!stream->exchange.finished);
  store.keep_all();
  BOOST_TEST(stream->exchange.news() == id_lines(1, 2));
  advance(9'999ms);
  BOOST_TEST(!stream->exchange.finished);
  advance(1ms);
  BOOST_TEST(stream->exchange.news() == "{\"end\":{\"reason\":\"blocked\"}}\n");
}

BOOST_AUTO_TEST_CASE(a_stop_for_a_body_that_is_held) {
  const auto stream = request("topic=t");
  stream->send(std::string(1'048'300, 'x') + "\n");
  stream->send("two\nhal");
  endpoint().open().stop("t");
  BOOST_TEST(stream->exchange.news() == "{\"stop\":{\"topic\":\"t\"}}\n");
  store.keep_all();
  advance(10s);
  BOOST_TEST(stream->exchange.news() == id_lines(1, 2) + "{\"end\":{\"reason\":\"blocked\"}}\n");
}

BOOST_AUTO_TEST_CASE(the_end_waits_for_the_store) {
  const auto stream = request("topic=t&close=1");
  stream->send("one\n");
  BOOST_TEST(stream->end() == "");
  advance(first_pause);
  BOOST_TEST(stream->exchange.head.has_value());
  store.keep_all();
  BOOST_TEST(stream->exchange.news() == id_line("e-1"));
  BOOST_TEST(stream->exchange.finished);
}

BOOST_AUTO_TEST_SUITE_END()
