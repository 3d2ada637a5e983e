// Bodies that stream: their pieces, cut at every place, and what may come between them.
#include <boost/test/unit_test.hpp>

#include "support/wire.hpp"
#include "unit/fcgi/feed.hpp"

using namespace worker::fcgi;
namespace wire = worker::support::wire;

namespace {

const auto params = wire::pair("A", "b");

std::string head(unsigned id = 1) { return wire::begin(id) + wire::stream(wire::params, id, params); }
std::string piece(std::string_view content, unsigned padding = 0) {
  return wire::record(wire::standard_input, 1, content, {.padding = padding});
}
const std::string end = piece("");

std::string streamed(std::string_view bytes, RequestReader::Limits limits = wide) {
  return fed(bytes, limits, true);
}
/// The outcome does not depend on how the bytes come.
bool is_the_same_at_every_split(std::string_view bytes) {
  return differing_split(bytes, wide, true, true) == std::string::npos &&
         differing_split(bytes, wide, false, true) == std::string::npos;
}

const std::string served = " end\nrequest 1 keep params " + params + " body \n";

}  // namespace

BOOST_AUTO_TEST_SUITE(request_reader_streamed_suite)

BOOST_AUTO_TEST_CASE(pieces_and_the_end) {
  const auto bytes = head() + piece("one ", 4) + piece("two ") + piece("three", 255) + end;
  BOOST_TEST(streamed(bytes) == "streams one two three" + served + "idle");
  BOOST_TEST(is_the_same_at_every_split(bytes));
}

BOOST_AUTO_TEST_CASE(no_body_at_all) {
  BOOST_TEST(streamed(head()) == "streams more");
  BOOST_TEST(streamed(head() + end) == "streams " + served + "idle");
  BOOST_TEST(is_the_same_at_every_split(head() + end));
}

// What is at hand of a record is given out, whether or not the rest has come.
BOOST_AUTO_TEST_CASE(a_record_whose_rest_is_still_to_come) {
  const auto bytes = head() + piece("0123456789");
  for (std::size_t left = 1; left < 10; ++left) {
    BOOST_TEST(streamed(bytes.substr(0, bytes.size() - left)) ==
               "streams " + std::string("0123456789").substr(0, 10 - left) + "more");
  }
}

// The bounds of a body that is kept do not hold for it; those of the parameters do.
BOOST_AUTO_TEST_CASE(limits) {
  const std::string large(65'535, 'x');
  std::string body;
  for (int i = 0; i < 20; ++i) body += piece(large);
  worker::base::ByteBudget bodies(1);
  const RequestReader::Limits narrow{.head_bytes_max = params.size(), .body_bytes_max = 1, .bodies = &bodies};
  BOOST_TEST(streamed(head() + body + end, narrow).size() == 8 + 20 * large.size() + served.size() + 4);
  BOOST_TEST(bodies.used() == 0U);
  BOOST_TEST(streamed(wire::begin(1) + wire::record(wire::params, 1, params + "x"), narrow) ==
             "head too large");
}

BOOST_AUTO_TEST_CASE(an_abort_between_pieces) {
  const auto abort = wire::record(wire::abort_request, 1);
  const auto late = piece("late") + end;
  for (const auto& before : {std::string(), piece("one")}) {
    const auto bytes = head() + before + abort + late + head(2) + wire::record(wire::standard_input, 2);
    BOOST_TEST(streamed(bytes) == std::string("streams ") + (before.empty() ? "" : "one") +
                                      "aborted\nstreams  end\nrequest 2 keep params " + params +
                                      " body \nidle");
    BOOST_TEST(is_the_same_at_every_split(bytes));
  }
}

BOOST_AUTO_TEST_CASE(other_records_between_pieces) {
  const auto ask = wire::record(wire::get_values, 0, wire::pair("FCGI_MPXS_CONNS", ""));
  const auto other =
      wire::begin(2) + wire::stream(wire::params, 2, params) + wire::stream(wire::standard_input, 2, "x");
  const auto bytes = head() + piece("one ") + ask + piece("two ") + other + piece("three") + end;
  BOOST_TEST(streamed(bytes) == "streams one two three" + served + "idle");
  BOOST_TEST(is_the_same_at_every_split(bytes));
  Feed feed(wide, true, true);
  feed.take(bytes);
  BOOST_TEST(feed.replies().size() ==
             wire::record(wire::get_values, 0, wire::pair("FCGI_MPXS_CONNS", "0")).size() +
                 wire::end(2).size() - wire::record(wire::standard_output, 2).size());
}

BOOST_AUTO_TEST_CASE(what_is_no_body_is_refused) {
  const std::pair<std::string, const char*> bad[] = {{wire::record(wire::params, 1), "type"},
                                                     {wire::begin(1), "type"},
                                                     {wire::record(wire::standard_output, 1, "x"), "type"},
                                                     {wire::record(wire::standard_input, 2, "x"), "id"},
                                                     {"GET / HTTP/1.1\r\n\r\n", "version"}};
  for (const auto& [bytes, reason] : bad) {
    BOOST_TEST(streamed(head() + piece("one") + bytes) == std::string("streams onerefused: ") + reason);
    BOOST_TEST(is_the_same_at_every_split(head() + piece("one") + bytes));
  }
}

BOOST_AUTO_TEST_CASE(a_next_request_behind_it) {
  const auto bytes = head() + piece("one") + end + head() + piece("two") + end;
  BOOST_TEST(streamed(bytes) == "streams one" + served + "streams two" + served + "idle");
  BOOST_TEST(is_the_same_at_every_split(bytes));
}

// A reader with a next request does not take its body for one that streams.
BOOST_AUTO_TEST_CASE(the_next_body_is_kept_unless_it_streams_too) {
  RequestReader reader(wide);
  const auto bytes = head() + piece("one") + end + head() + piece("two") + end;
  std::string_view left = bytes;
  BOOST_TEST((reader.take(left).value() == RequestReader::Progress::head));
  reader.stream_body();
  BOOST_TEST((reader.take(left).value() == RequestReader::Progress::piece));
  BOOST_TEST((reader.take(left).value() == RequestReader::Progress::request));
  reader.resume();
  BOOST_TEST((take_past_head(reader, left) == RequestReader::Progress::request));
  BOOST_TEST(reader.take_body() == "two");
}

BOOST_AUTO_TEST_SUITE_END()
