// HTTP/2 of the load client: exact frames, cut at every position; every mistake is the end of the session.
#include "http2_session.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "every_split.hpp"

using namespace sse::bench;
using namespace std::string_literals;

namespace {

using Said = std::vector<std::string>;

// RFC 9113, section 6.
enum : std::uint8_t { data = 0, headers = 1, reset = 3, settings = 4, goaway = 7 };
enum : std::uint8_t { end_stream = 1, end_headers = 4 };

std::string number(std::uint64_t value, int bytes) {
  std::string text;
  while (bytes-- > 0) text.push_back(static_cast<char>(value >> (8 * bytes)));
  return text;
}

std::string frame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream, const std::string& payload) {
  return number(payload.size(), 3) + number(type, 1) + number(flags, 1) + number(stream, 4) + payload;
}

const std::string hello = frame(settings, 0, 0, "");

// A header block without compression (RFC 7541, section 6.2.2), names from the static table.
std::string literal(char index, std::string_view value) {
  const std::string name = index < 15 ? std::string(1, index) : "\x0f"s + static_cast<char>(index - 15);
  return name + static_cast<char>(value.size()) + std::string(value);
}
std::string head(std::string_view status, std::string_view type = "text/event-stream; charset=utf-8") {
  return literal(8, status) + literal(31, type);
}

class Recorder final : public Http2Session::Owner {
 public:
  Said said;
  // Is called on each piece of a body.
  std::int32_t cancels = 0;
  Http2Session* session = nullptr;

 private:
  void on_head(std::int32_t stream, int status, bool is_event_stream) override {
    said.push_back(std::to_string(stream) + ' ' + std::to_string(status) +
                   (is_event_stream ? " events" : ""));
  }
  void on_body(std::int32_t stream, std::string_view piece) override {
    const std::string begin = std::to_string(stream) + ": ";
    // Pieces of one stream make one text, however they were cut.
    if (said.empty() || !said.back().starts_with(begin)) said.push_back(begin);
    said.back() += piece;
    if (cancels != 0) session->cancel(cancels);
  }
  void on_stream_end(std::int32_t stream, bool whole) override {
    said.push_back(std::to_string(stream) + (whole ? " whole" : " cut"));
  }
};

struct Client {
  explicit Client(int requests = 1) {
    recorder.session = &session;
    for (int n = 0; n < requests; ++n) session.request({"https", "a", "/events", ""});
    session.take_output();
  }
  Recorder recorder;
  Http2Session session{recorder};
};

void check(std::string_view bytes, const Said& expected, bool over = false, int requests = 1) {
  for_every_split(bytes, [&](std::vector<std::string> parts) {
    Client client(requests);
    for (std::string& part : parts) {
      if (client.session.over()) break;
      client.session.feed(part);
      part.assign(part.size(), '#');
      client.session.take_output();
    }
    BOOST_REQUIRE_EQUAL_COLLECTIONS(client.recorder.said.begin(), client.recorder.said.end(),
                                    expected.begin(), expected.end());
    BOOST_REQUIRE_EQUAL(client.session.over(), over);
  });
}

// The header fields of the request in `output`, one a line.
std::string requested(std::string_view output) {
  const std::string_view preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  BOOST_REQUIRE(output.starts_with(preface));
  output.remove_prefix(preface.size());
  std::string fields;
  nghttp2_hd_inflater* inflater = nullptr;
  nghttp2_hd_inflate_new(&inflater);
  while (!output.empty()) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(output.at(at)); };
    const std::size_t size = (std::size_t{byte(0)} << 16) + (std::size_t{byte(1)} << 8) + byte(2);
    const std::string_view payload = output.substr(9, size);
    if (byte(3) == headers) {
      const auto* at = reinterpret_cast<const std::uint8_t*>(payload.data());
      std::size_t left = payload.size();
      for (int flags = 0; (flags & NGHTTP2_HD_INFLATE_FINAL) == 0;) {
        nghttp2_nv field{};
        const auto used = nghttp2_hd_inflate_hd2(inflater, &field, &flags, at, left, 1);
        BOOST_REQUIRE(used >= 0);
        at += used;
        left -= static_cast<std::size_t>(used);
        if ((flags & NGHTTP2_HD_INFLATE_EMIT) == 0) continue;
        fields.append(reinterpret_cast<const char*>(field.name), field.namelen).append("=");
        fields.append(reinterpret_cast<const char*>(field.value), field.valuelen).append("\n");
      }
    }
    output.remove_prefix(9 + size);
  }
  nghttp2_hd_inflate_del(inflater);
  return fields;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http2_sessions)

BOOST_AUTO_TEST_CASE(a_request_says_what_is_wanted) {
  for (const std::string cursor : {"", "x-1"}) {
    Recorder recorder;
    Http2Session session(recorder);
    BOOST_TEST(session.request({"https", "a:1", "/events?topic=b", cursor}) == 1);
    BOOST_TEST(
        requested(session.take_output()) ==
        ":method=GET\n:scheme=https\n:authority=a:1\n:path=/events?topic=b\naccept=text/event-stream\n" +
            (cursor.empty() ? "" : "last-event-id=" + cursor + "\n"));
    BOOST_TEST(session.take_output() == "");
  }
}

BOOST_AUTO_TEST_CASE(a_stream_to_its_end) {
  check(hello + frame(headers, end_headers, 1, head("200")) + frame(data, 0, 1, "abc") +
            frame(data, end_stream, 1, "de"),
        {"1 200 events", "1: abcde", "1 whole"});
  check(hello + frame(headers, end_headers, 1, head("200")) + frame(data, 0, 1, "abc"),
        {"1 200 events", "1: abc"});
}

BOOST_AUTO_TEST_CASE(streams_side_by_side) {
  check(hello + frame(headers, end_headers, 3, head("200")) + frame(headers, end_headers, 1, head("200")) +
            frame(data, 0, 1, "a") + frame(data, 0, 3, "b") + frame(data, end_stream, 1, ""),
        {"3 200 events", "1 200 events", "1: a", "3: b", "1 whole"}, false, 2);
}

BOOST_AUTO_TEST_CASE(other_answers) {
  check(hello + frame(headers, end_headers | end_stream, 1, head("404")), {"1 404 events", "1 whole"});
  check(hello + frame(headers, end_headers, 1, head("200", "text/plain")), {"1 200"});
  check(hello + frame(headers, end_headers, 1, head("200", "text/event-streams")), {"1 200"});
  check(hello + frame(headers, end_headers, 1, head("200", "Text/Event-Stream")), {"1 200 events"});
  check(
      hello + frame(headers, end_headers, 1, literal(8, "103")) + frame(headers, end_headers, 1, head("200")),
      {"1 200 events"});
}

BOOST_AUTO_TEST_CASE(trailers_are_no_head) {
  check(hello + frame(headers, end_headers, 1, head("200")) +
            frame(headers, end_headers | end_stream, 1, literal(31, "x")),
        {"1 200 events", "1 whole"});
}

BOOST_AUTO_TEST_CASE(a_stream_that_is_reset_is_cut) {
  for (const int error : {0, 2}) {
    check(hello + frame(headers, end_headers, 1, head("200")) +
              frame(reset, 0, 1, number(static_cast<unsigned>(error), 4)),
          {"1 200 events", "1 cut"});
  }
}

BOOST_AUTO_TEST_CASE(a_server_that_goes_away_ends_the_streams_that_it_has) {
  const std::string going = frame(goaway, 0, 0, number(1, 4) + number(0, 4));
  check(hello + going + frame(headers, end_headers, 1, head("200")) + frame(data, end_stream, 1, "a"),
        {"3 cut", "1 200 events", "1: a", "1 whole"}, true, 2);
  Client client;
  BOOST_TEST(client.session.accepts_requests());
  client.session.feed(hello + going);
  BOOST_TEST(!client.session.accepts_requests());
  BOOST_TEST(!client.session.over());
}

BOOST_AUTO_TEST_CASE(cancelling) {
  Client client(2);
  client.session.feed(hello);
  client.session.take_output();
  client.session.cancel(1);
  BOOST_TEST(client.session.take_output() == frame(reset, 0, 1, number(8, 4)));
  client.recorder.cancels = 3;  // within a call
  client.session.feed(frame(headers, end_headers, 3, head("200")) + frame(data, 0, 3, "a"));
  BOOST_TEST(client.session.take_output() == frame(reset, 0, 3, number(8, 4)));
  const Said expected{"1 cut", "3 200 events", "3: a", "3 cut"};
  BOOST_TEST(client.recorder.said == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(mistakes_are_the_end) {
  check("HTTP/1.1 400 Bad Request\r\n\r\n", {}, true);
  check(frame(data, 0, 1, "a"), {}, true);                          // before the settings
  check(hello + frame(data, 0, 5, "a"), {}, true);                  // of a stream that nobody asked for
  check(hello + frame(headers, end_headers, 1, "\x80"), {}, true);  // no such field
  check(hello + number(16385, 3) + number(data, 1) + number(0, 1) + number(1, 4), {}, true);  // too long
}

BOOST_AUTO_TEST_SUITE_END()
