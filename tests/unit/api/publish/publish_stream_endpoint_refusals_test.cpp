// POST /publish/stream: who is refused, and how a stream ends.
#include "unit/api/publish/publish_stream_endpoint_fixture.hpp"

using namespace worker;
using namespace worker::support;

BOOST_FIXTURE_TEST_SUITE(publish_stream_endpoint_refusals_suite, EndpointAtOnce)

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
