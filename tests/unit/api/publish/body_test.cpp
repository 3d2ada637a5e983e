// POST /publish: what the body may be wrapped in, and what may not stand in the address.
#include <boost/test/unit_test.hpp>

#include "store/memory/memory_store.hpp"
#include "support/gzip.hpp"
#include "unit/api/publish/publish_fixture.hpp"

using namespace worker;
using namespace worker::support;

namespace {

constexpr auto json_type = "application/json";

struct AtOnce : PublishFixture<store::MemoryStore> {
  std::string coded(const std::string& coding, const std::string& type, const std::string& body) {
    auto asked = request(type, body);
    asked.headers.emplace("content-encoding", coding);
    RecordingExchange exchange(std::move(asked));
    serve(exchange);
    wait_for(exchange);
    head = exchange.head_text();
    return told(exchange);
  }
  std::string at(const std::string& query, const std::string& body) {
    auto asked = request("application/x-www-form-urlencoded", body);
    asked.query = http::Query::parse(query);
    RecordingExchange exchange(std::move(asked));
    serve(exchange);
    return told(exchange);
  }
  std::string head;
};

const std::string mark = "\xef\xbb\xbf";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(publish_body_suite, AtOnce)

BOOST_AUTO_TEST_CASE(a_byte_order_mark_is_passed_over) {
  BOOST_TEST(json(mark + R"({"topic":"a","data":"1"})") == kept("e-1"));
  BOOST_TEST(form(mark + "topic=a&data=2") == kept("e-2"));
  BOOST_TEST(batch(mark + "{\"topic\":\"a\",\"data\":\"3\"}\n{\"topic\":\"a\",\"data\":\"4\"}\n") ==
             "200 application/x-ndjson|{\"id\":\"e-3\"}\n{\"id\":\"e-4\"}\n");
  BOOST_TEST(frames() == "data: 1\nid: e-1\n\ndata: 2\nid: e-2\n\ndata: 3\nid: e-3\n\ndata: 4\nid: e-4\n\n");
}

BOOST_AUTO_TEST_CASE(only_at_the_very_beginning) {
  BOOST_TEST(json(mark + mark + "{}") == refused(400, "Bad Request", "JSON: is broken at byte 1"));
  BOOST_TEST(json(" " + mark + "{}").starts_with("400 "));
  BOOST_TEST(
      batch("{\"topic\":\"a\"}\n" + mark + "{\"topic\":\"a\"}\n") ==
      "200 application/x-ndjson|{\"id\":\"e-1\"}\n{\"error\":\"line 2: JSON: is broken at byte 1\"}\n");
  BOOST_TEST(json(mark) == refused(400, "Bad Request", "JSON: is broken at byte 1"));
}

BOOST_AUTO_TEST_CASE(no_coding) {
  for (const auto* coding : {"", "identity", "Identity"})
    BOOST_TEST(coded(coding, json_type, R"({"topic":"a"})").starts_with("200 "));
}

BOOST_AUTO_TEST_CASE(gzip_is_read) {
  BOOST_TEST(coded("gzip", json_type, gzip(R"({"topic":"a","data":"1"})")) == kept("e-1"));
  BOOST_TEST(coded("X-GZIP", "application/x-www-form-urlencoded", gzip("topic=a&data=2")) == kept("e-2"));
  BOOST_TEST(coded("GZip", "application/x-ndjson", gzip(mark + "{\"topic\":\"a\",\"data\":\"3\"}\n")) ==
             "200 application/x-ndjson|{\"id\":\"e-3\"}\n");
  BOOST_TEST(frames() == "data: 1\nid: e-1\n\ndata: 2\nid: e-2\n\ndata: 3\nid: e-3\n\n");
}

BOOST_AUTO_TEST_CASE(broken_gzip) {
  const auto sentence = refused(400, "Bad Request", "Content-Encoding: the body is not complete gzip data");
  BOOST_TEST(coded("gzip", json_type, R"({"topic":"a"})") == sentence);
  BOOST_TEST(coded("gzip", json_type, "") == sentence);
  const auto whole = gzip(R"({"topic":"a"})");
  BOOST_TEST(coded("gzip", json_type, whole.substr(0, whole.size() - 1)) == sentence);
}

BOOST_AUTO_TEST_CASE(it_expands_to_no_more_than_a_body_may_have) {
  const std::string body = R"({"topic":"a","data":"1234567890"})";
  settings.body_bytes_max = body.size();
  BOOST_TEST(coded("gzip", json_type, gzip(body)) == kept("e-1"));
  settings.body_bytes_max = body.size() - 1;
  BOOST_TEST(coded("gzip", json_type, gzip(body)) ==
             refused(413, "Content Too Large", "Content-Encoding: the body expands to more than 32 bytes"));
  BOOST_TEST(metrics.limits.value(metrics::Limit::body_bytes) == 1U);
}

BOOST_AUTO_TEST_CASE(other_codings_are_named) {
  for (const auto* coding : {"br", "zstd", "deflate", "gzip, gzip", "gzip,identity"}) {
    BOOST_TEST(coded(coding, json_type, "\x1f\x8b\x08") ==
               refused(415, "Unsupported Media Type",
                       fmt::format("Content-Encoding: {} is not supported here; use gzip or none", coding)));
    BOOST_TEST(head.find("\r\nAccept-Encoding: gzip, identity\r\n") != std::string::npos);
  }
  BOOST_TEST(coded("\x1b\xff", json_type, "").find("Content-Encoding: \\\\x1b\\\\xff is not supported") !=
             std::string::npos);
}

// --- the address ---

BOOST_AUTO_TEST_CASE(a_field_in_the_address_would_be_lost) {
  for (const auto* query : {"topic=a", "topics=a", "topic[]=a", "data=x", "x=1&Topic=a", "event=paid",
                            "retry=5", "close=1", "private=1"}) {
    BOOST_TEST(at(query, "topic=b&data=y").find(": must be in the body, not in the URL") !=
               std::string::npos);
  }
  for (const auto* query : {"", "key=secret", "token=x", "_=1", "id=7"}) {
    BOOST_TEST(at(query, "topic=b&data=y").starts_with("200 "));
  }
}

BOOST_AUTO_TEST_SUITE_END()
