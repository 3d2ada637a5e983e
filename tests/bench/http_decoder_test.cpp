// The HTTP half of the load client: exact bodies, cut at every position; every mistake a failure.
#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "chunked_decoder.hpp"
#include "every_split.hpp"
#include "response_decoder.hpp"

using namespace sse::bench;
using namespace std::string_literals;

namespace {

struct Body {
  std::string bytes;
  bool finished = false;
  bool failed = false;
};

void check_chunks(std::string_view text, const Body& expected) {
  for_every_split(text, [&](const std::vector<std::string>& parts) {
    ChunkedDecoder decoder;
    std::string body;
    for (const std::string& part : parts) {
      decoder.feed(part);
      for (auto piece = decoder.next(); !piece.empty(); piece = decoder.next()) body += piece;
    }
    BOOST_REQUIRE_EQUAL(body, expected.bytes);
    BOOST_REQUIRE_EQUAL(decoder.finished(), expected.finished);
    BOOST_REQUIRE_EQUAL(decoder.failed(), expected.failed);
  });
}

struct Answer {
  int status = 0;
  bool event_stream = false;
  std::string body;
  bool finished = false;
  bool failed = false;
  bool whole_at_close = false;
};

void check_response(std::string_view text, const Answer& expected) {
  for_every_split(text, [&](const std::vector<std::string>& parts) {
    ResponseDecoder decoder;
    std::string body;
    for (const std::string& part : parts) {
      decoder.feed(part);
      for (auto piece = decoder.next(); !piece.empty(); piece = decoder.next()) body += piece;
    }
    BOOST_REQUIRE_EQUAL(decoder.status(), expected.status);
    BOOST_REQUIRE_EQUAL(decoder.is_event_stream(), expected.event_stream);
    BOOST_REQUIRE_EQUAL(body, expected.body);
    BOOST_REQUIRE_EQUAL(decoder.finished(), expected.finished);
    BOOST_REQUIRE_EQUAL(decoder.failed(), expected.failed);
    BOOST_REQUIRE_EQUAL(decoder.whole_at_close(), expected.whole_at_close);
  });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(chunks)

BOOST_AUTO_TEST_CASE(bodies_are_put_together) {
  check_chunks("5\r\nhello\r\n00b;a=\"b\"\r\n wide world\r\n0\r\n\r\n", {"hello wide world", true, false});
  check_chunks("A \r\n0123456789\r\n0;x\r\nTrailer: y\r\nZ: z\r\n\r\n", {"0123456789", true, false});
}

BOOST_AUTO_TEST_CASE(bytes_after_the_end_are_left_alone) {
  check_chunks("1\r\na\r\n0\r\n\r\nHTTP/1.1", {"a", true, false});
}

BOOST_AUTO_TEST_CASE(what_is_not_ended_is_not_finished) {
  const std::string whole = "2\r\nab\r\n0\r\n\r\n";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    check_chunks(whole.substr(0, size), {"ab"s.substr(0, size < 3 ? 0 : size - 3), false, false});
  }
}

BOOST_AUTO_TEST_CASE(mistakes_are_failures) {
  for (const char* text :
       {"\r\n", "g\r\n", "-1\r\n", "1\n", "1;x\n", "1\ra", "11111111111111111\r\n", "0\r\n\rx"}) {
    check_chunks(text, {"", false, true});
  }
  check_chunks("1\r\nab\r\n", {"a", false, true});
  check_chunks("1\r\na\n", {"a", false, true});
  check_chunks("1\r\na\rb", {"a", false, true});
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(responses)

BOOST_AUTO_TEST_CASE(chunked_event_stream) {
  check_response(
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
      "transfer-encoding:chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
      {200, true, "abc", true, false, true});
}

BOOST_AUTO_TEST_CASE(until_close) {
  check_response("HTTP/1.0 200\r\nContent-Type: TEXT/event-stream\r\n\r\nabc",
                 {200, true, "abc", false, false, true});
}

BOOST_AUTO_TEST_CASE(upgraded) {
  const std::string upgrade =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n";
  check_response(upgrade + "\r\nabc", {101, false, "abc", false, false, true});
  ResponseDecoder decoder;
  const std::string answer = upgrade + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
  decoder.feed(answer);
  BOOST_TEST(decoder.is_websocket());
  const std::string other = upgrade + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOO=\r\n\r\n";
  decoder = {};
  decoder.feed(other);
  BOOST_TEST(!decoder.is_websocket());
}

BOOST_AUTO_TEST_CASE(sized) {
  check_response("HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nabcd",
                 {404, false, "abc", true, false, true});
  check_response("HTTP/1.1 503 x\r\nContent-Length: 4\r\n\r\nabc", {503, false, "abc", false, false, false});
  check_response("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", {200, false, "", true, false, true});
  check_response("HTTP/1.1 204 No Content\r\n\r\n", {204, false, "", true, false, true});
}

BOOST_AUTO_TEST_CASE(cut_in_the_head_or_the_chunks) {
  check_response("HTTP/1.1 200 OK\r\nA: b\r\n", {0, false, "", false, false, false});
  check_response("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab",
                 {200, false, "ab", false, false, false});
}

BOOST_AUTO_TEST_CASE(mistakes_are_failures) {
  check_response("SSH-2.0-x\r\n\r\n", {0, false, "", false, true, false});
  check_response("HTTP/1.1 100 Continue\r\n\r\n", {100, false, "", false, true, false});
  check_response("HTTP/1.1 2x0 OK\r\n\r\n", {2, false, "", false, true, false});
  check_response("HTTP/1.1 200 OK\r\nno colon\r\n\r\n", {200, false, "", false, true, false});
  check_response("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", {200, false, "", false, true, false});
}

BOOST_AUTO_TEST_CASE(a_head_without_end_is_a_failure) {
  ResponseDecoder decoder;
  const std::string kilobyte(1024, 'x');
  for (int i = 0; i < 15; ++i) decoder.feed(kilobyte);
  BOOST_TEST(!decoder.failed());
  decoder.feed(kilobyte);
  BOOST_TEST(decoder.failed());
}

BOOST_AUTO_TEST_SUITE_END()
