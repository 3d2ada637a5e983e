// POST /publish: what it answers.
#include <boost/test/unit_test.hpp>

#include "store/memory/memory_store.hpp"
#include "support/drafts.hpp"
#include "unit/api/publish/publish_fixture.hpp"

using namespace worker;
using namespace worker::support;
using namespace std::chrono_literals;

namespace {

struct AtOnce : PublishFixture<store::MemoryStore> {};
}  // namespace

BOOST_FIXTURE_TEST_SUITE(publish_suite, AtOnce)

BOOST_AUTO_TEST_CASE(a_form) {
  BOOST_TEST(form("topic=a&data=hi") == kept("e-1"));
  BOOST_TEST(form("topic=a&data=1%0a2&event=t&retry=5") == kept("e-2"));
  BOOST_TEST(frames() == "data: hi\nid: e-1\n\nevent: t\nretry: 5\ndata: 1\ndata: 2\nid: e-2\n\n");
}

BOOST_AUTO_TEST_CASE(an_object) {
  BOOST_TEST(json(R"({"topic":["a","b"],"data":{"k": 1}})") == kept("e-1"));
  BOOST_TEST(frames() == "data: {\"k\":1}\nid: e-1\n\n");
}

BOOST_AUTO_TEST_CASE(a_publishers_id) {
  BOOST_TEST(form("topic=a&id=order 17&data=x") == kept("order 17"));
  BOOST_TEST(form("topic=a&id=order 17&data=x") == kept("order 17"));
  const auto conflict = refused(
      409, "Conflict",
      "id: another event has this id; ids are unique across all topics. Use a new id, or send the same "
      "event again");
  BOOST_TEST(form("topic=a&id=order 17&data=y") == conflict);
  BOOST_TEST(form("topic=b&id=order 17&data=x") == conflict);
  BOOST_TEST(form("topic=a&topic=b&id=order 17&data=x") == conflict);
  BOOST_TEST(json(R"({"topic":"a","id":"order 17","data":"x","event":"t"})") == conflict);
  BOOST_TEST(json(R"({"topic":"a","id":"order 17","data":"x"})") == kept("order 17"));
  BOOST_TEST(
      batch("{\"topic\":\"a\",\"id\":\"order 17\",\"data\":\"x\"}\n"
            "{\"topic\":\"b\",\"id\":\"order 17\",\"data\":\"x\"}\n") ==
      "200 application/x-ndjson|{\"id\":\"order 17\"}\n{\"error\":\"line 2: id: another event has this id; "
      "ids are unique across all topics. Use a new id, or send the same event again\"}\n");
  BOOST_TEST(frames() == "data: x\nid: order 17\n\n");
}

BOOST_AUTO_TEST_CASE(what_the_store_refuses) {
  form("topic=a&close=1");
  BOOST_TEST(form("topic=a&data=x") ==
             refused(409, "Conflict", "topic: is closed and accepts no more events"));
  BOOST_TEST(form("topic=b&id=e-7") ==
             refused(400, "Bad Request", "id: has the form of a generated id; choose another"));
  BOOST_TEST(frames() == "id: e-1\n\n");
}

BOOST_AUTO_TEST_CASE(what_the_parser_refuses) {
  BOOST_TEST(form("data=x") == refused(400, "Bad Request", "topic: is missing"));
  BOOST_TEST(json("{") == refused(400, "Bad Request", "JSON: is broken at byte 2"));
  settings.event_bytes_max = 2;
  BOOST_TEST(form("topic=a&data=123") ==
             refused(413, "Content Too Large", "data: the event is over 2 bytes"));
  BOOST_TEST(form("topic=%ff/*").starts_with("400 application/problem+json|"));
  BOOST_TEST(frames() == "");
}

BOOST_AUTO_TEST_CASE(which_limit_it_was_is_counted) {
  settings = {.key = {}, .topics_max = 2, .topic_bytes_max = 3, .event_bytes_max = 2};
  const auto count = [&](metrics::Limit limit) { return metrics.limits.value(limit); };
  form("topic=abc&topic=b&data=12");
  json(R"({"topic":["abc","b"],"data":"12"})");
  for (const auto limit :
       {metrics::Limit::publish_topics, metrics::Limit::topic_bytes, metrics::Limit::event_bytes}) {
    BOOST_TEST(count(limit) == 0U);
  }
  form("topic=a&topic=b&topic=c");
  BOOST_TEST(count(metrics::Limit::publish_topics) == 1U);
  json(R"({"topic":"abcd"})");
  BOOST_TEST(count(metrics::Limit::topic_bytes) == 1U);
  batch(R"({"topic":"a","data":"123"})");
  BOOST_TEST(count(metrics::Limit::event_bytes) == 1U);
}

BOOST_AUTO_TEST_CASE(a_number_no_double_holds_is_passed_on) {
  BOOST_TEST(json(R"({"topic":"a","data":1e400})") == kept("e-1"));
  BOOST_TEST(batch("{\"topic\":\"a\",\"data\":-1e400}\n{\"topic\":\"a\"}\n").ends_with("{\"id\":\"e-3\"}\n"));
  BOOST_TEST(frames().starts_with("data: 1e400\nid: e-1\n\ndata: -1e400\nid: e-2\n\n"));
}

BOOST_AUTO_TEST_CASE(content_types) {
  const auto sentence = refused(
      415, "Unsupported Media Type",
      "Content-Type: must be application/x-www-form-urlencoded, application/json or application/x-ndjson");
  for (const auto* type :
       {"", "text/plain", "multipart/form-data; boundary=x", "application/jsonx", "application"}) {
    BOOST_TEST(publish(type, "topic=a") == sentence);
  }
  BOOST_TEST(publish("application/x-www-form-urlencoded; charset=utf-8", "topic=a") == kept("e-1"));
  BOOST_TEST(publish("application/json ;charset=utf-8", R"({"topic":"a"})") == kept("e-2"));
  for (const auto* type :
       {"application/x-ndjson", "application/ndjson", "application/jsonl; charset=utf-8"}) {
    BOOST_TEST(publish(type, "").starts_with("200 application/x-ndjson|"));
  }
}

// What `curl -d '{…}'` sends.
BOOST_AUTO_TEST_CASE(an_object_that_is_called_a_form) {
  BOOST_TEST(form(R"({"topic":"a","data":{"k": 1}})") == kept("e-1"));
  BOOST_TEST(form("\n {\"topic\":\"a\",\"data\":\"a=b&c\"}") == kept("e-2"));
  BOOST_TEST(form("\xef\xbb\xbf{\"topic\":\"a\",\"data\":\"x\"}") == kept("e-3"));
  BOOST_TEST(frames() == "data: {\"k\":1}\nid: e-1\n\ndata: a=b&c\nid: e-2\n\ndata: x\nid: e-3\n\n");
  BOOST_TEST(form("{") == refused(400, "Bad Request", "JSON: is broken at byte 2"));
  BOOST_TEST(form("%7B%22topic%22%3A%22a%22%7D") ==
             refused(400, "Bad Request",
                     "The body is encoded JSON; send it as it is, with Content-Type: application/json"));
  // A form it is as soon as it begins like one.
  BOOST_TEST(form(R"(topic=a&data={"k":1})") == kept("e-4"));
}

BOOST_AUTO_TEST_CASE(several_events_that_are_not_called_a_batch) {
  const auto sentence = [](const char* what) {
    return refused(400, "Bad Request",
                   std::string("JSON: ") + what +
                       "; for several events send one object a line with Content-Type: application/x-ndjson");
  };
  const std::string lines = "{\"topic\":\"a\"}\n{\"topic\":\"a\"}\n";
  for (const auto* type : {"application/json", "application/x-www-form-urlencoded"}) {
    BOOST_TEST(publish(type, lines) == sentence("is broken at byte 15"));
    BOOST_TEST(publish(type, R"([{"topic":"a"}])") == sentence("must be an object"));
  }
  BOOST_TEST(frames() == "");
}

// RFC 9110, section 8.3.1: types are case-insensitive.
BOOST_AUTO_TEST_CASE(content_types_in_any_case) {
  BOOST_TEST(publish("Application/JSON", R"({"topic":"a"})") == kept("e-1"));
}

// --- the key ---

BOOST_AUTO_TEST_CASE(only_with_the_key) {
  settings.key = "s3cret";
  const auto with = [&](const std::optional<std::string>& authorization,
                        const std::string& challenge = "Bearer") {
    auto asked = request("application/x-www-form-urlencoded", "topic=a");
    if (authorization) asked.headers.emplace("authorization", *authorization);
    RecordingExchange exchange(std::move(asked));
    serve(exchange);
    if (exchange.head->status == 401)
      BOOST_TEST(exchange.head_text().find("\r\nWWW-Authenticate: " + challenge + "\r\n") !=
                 std::string::npos);
    return told(exchange);
  };
  const auto sentence =
      refused(401, "Unauthorized", "Publishing needs `Authorization: Bearer` with the configured key.");
  for (const auto* wrong : {"Bearer s3cre", "Bearer s3crets", "Bearer S3cret", "Bearer s3cret ",
                            "Bearer\ts3crets", "Bearer s3crets3cret", "Bearer x"}) {
    BOOST_TEST(with(wrong, "Bearer error=\"invalid_token\"") == sentence);
  }
  for (const auto* none : {"", "Bearer", "Bearer ", "Bearer  ", "Bearers3cret", "Basic s3cret", "s3cret"})
    BOOST_TEST(with(none) == sentence);
  BOOST_TEST(with(std::nullopt) == sentence);
  BOOST_TEST(with("Bearer s3cret") == kept("e-1"));
}

// RFC 9110, section 11.1: so are schemes.
BOOST_AUTO_TEST_CASE(the_scheme_in_any_case) {
  settings.key = "k";
  auto asked = request("application/x-www-form-urlencoded", "topic=a");
  asked.headers.emplace("authorization", "bearer k");
  RecordingExchange exchange(std::move(asked));
  serve(exchange);
  BOOST_TEST(told(exchange) == kept("e-1"));
}

BOOST_AUTO_TEST_CASE(several_blanks_behind_the_scheme) {
  settings.key = "k";
  for (const auto* authorization : {"Bearer  k", "Bearer\tk", "BEARER \t k"}) {
    auto asked = request("application/x-www-form-urlencoded", "topic=a");
    asked.headers.emplace("authorization", authorization);
    RecordingExchange exchange(std::move(asked));
    serve(exchange);
    BOOST_TEST(exchange.head->status == 200);
  }
}

BOOST_AUTO_TEST_CASE(a_new_key_from_the_next_request_on) {
  api::PublishEndpoint endpoint(loop, store, publishers, rate, settings, metrics);
  settings.key = "k";
  access.update(settings.key, {});
  RecordingExchange exchange(request("application/x-www-form-urlencoded", "topic=a"));
  endpoint.serve(exchange);
  BOOST_TEST(exchange.head->status == 401);
}

// --- batches ---

BOOST_AUTO_TEST_CASE(one_line_for_each_item) {
  form("topic=over&close=1");
  BOOST_TEST(batch("{\"topic\":\"a\",\"data\":\"1\"}\n"
                   "{\"topic\":\"a\"\n"
                   "\n"
                   "{\"data\":\"no topic\"}\r\n"
                   " \t\r\n"
                   "{\"topic\":\"over\"}\n"
                   "{\"topic\":\"a\",\"id\":\"e-1\"}\n"
                   "{\"topic\":\"a\",\"id\":\"own\"}\n"
                   "{\"topic\":\"a\",\"id\":\"own\"}\n"
                   "{\"topic\":\"b\"}") ==
             "200 application/x-ndjson|"
             "{\"id\":\"e-2\"}\n"
             "{\"error\":\"line 2: JSON: is broken at byte 13\"}\n"
             "{\"error\":\"line 4: topic: is missing\"}\n"
             "{\"error\":\"line 6: topic: is closed and accepts no more events\"}\n"
             "{\"error\":\"line 7: id: has the form of a generated id; choose another\"}\n"
             "{\"id\":\"own\"}\n"
             "{\"id\":\"own\"}\n"
             "{\"id\":\"e-4\"}\n");
  BOOST_TEST(frames() == "id: e-1\n\ndata: 1\nid: e-2\n\ndata: \nid: own\n\ndata: \nid: e-4\n\n");
}

BOOST_AUTO_TEST_CASE(an_empty_batch) {
  BOOST_TEST(batch("") == "200 application/x-ndjson|");
  BOOST_TEST(batch("\n \n\r\n") == "200 application/x-ndjson|");
}

BOOST_AUTO_TEST_CASE(a_batch_of_mistakes_only) {
  BOOST_TEST(batch("1\n\"x\"\n") ==
             "200 application/x-ndjson|{\"error\":\"line 1: JSON: must be an object\"}\n"
             "{\"error\":\"line 2: JSON: must be an object\"}\n");
  BOOST_TEST(log.last() == 0U);
}

BOOST_AUTO_TEST_CASE(the_largest_batch) {
  settings.batch_max = 3;
  const std::string line = "{\"topic\":\"a\"}\n";
  BOOST_TEST(batch(line + line + "\n\n" + line) ==
             "200 application/x-ndjson|{\"id\":\"e-1\"}\n{\"id\":\"e-2\"}\n{\"id\":\"e-3\"}\n");
  BOOST_TEST(batch(line + line + line + "x") ==
             refused(413, "Content Too Large", "The batch has more than 3 events; none was stored."));
  BOOST_TEST(log.last() == 3U);
  BOOST_TEST(metrics.limits.value(metrics::Limit::batch) == 1U);
}

BOOST_AUTO_TEST_CASE(one_event_too_large_spoils_no_batch) {
  settings.event_bytes_max = 2;
  BOOST_TEST(
      batch("{\"topic\":\"a\",\"data\":\"123\"}\n{\"topic\":\"a\",\"data\":\"12\"}\n") ==
      "200 application/x-ndjson|{\"error\":\"line 1: data: the event is over 2 bytes\"}\n{\"id\":\"e-1\"}\n");
}

// What is quoted back is JSON again, whatever it holds.
BOOST_AUTO_TEST_CASE(mistakes_are_quoted_safely) {
  BOOST_TEST(
      batch(R"({"topic":"\"\\\u20ac/*"})"
            "\n") ==
      "200 application/x-ndjson|{\"error\":\"line 1: topic: \\\"\\\\\xe2\x82\xac/* is a pattern; an event is "
      "published under a name\"}\n");
}

// --- figures ---

BOOST_AUTO_TEST_CASE(counted) {
  form("topic=a&data=x");           // 14 bytes
  form("data=x");                   // 6 bytes, refused
  form("topic=a&id=e-1");           // 14 bytes, refused by the store
  batch("{\"topic\":\"a\"}\n1\n");  // 16 bytes, one of each
  BOOST_TEST(metrics.events.value() == 2U);
  BOOST_TEST(metrics.rejected.value() == 3U);
  BOOST_TEST(metrics.bytes.value() == 50U);
}

BOOST_AUTO_TEST_SUITE_END()
