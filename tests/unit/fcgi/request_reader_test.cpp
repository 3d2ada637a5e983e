// Requests: whole, byte by byte, and cut at every place.
#include "fcgi/request_reader.hpp"

#include <boost/test/unit_test.hpp>

#include "support/wire.hpp"
#include "unit/fcgi/feed.hpp"

using namespace worker::fcgi;
namespace wire = worker::support::wire;

namespace {

constexpr auto no_split = std::string::npos;

std::string simple(unsigned id, std::string_view params, std::string_view body, bool keep = true) {
  return wire::begin(id, keep) + wire::stream(wire::params, id, params) +
         wire::stream(wire::standard_input, id, body);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(request_reader_suite)

BOOST_AUTO_TEST_CASE(nothing_yet) { BOOST_TEST(fed("") == "idle"); }

BOOST_AUTO_TEST_CASE(a_request_with_a_body) {
  const auto params = wire::pair("REQUEST_METHOD", "POST");
  const auto bytes = simple(1, params, "the body");
  BOOST_TEST(fed(bytes) == "request 1 keep params " + params + " body the body\nidle");
  BOOST_TEST(differing_split(bytes) == no_split);
}

BOOST_AUTO_TEST_CASE(without_parameters_without_body_without_keep) {
  const auto bytes = simple(65'535, "", "", false);
  BOOST_TEST(fed(bytes) == "request 65535 params  body \nidle");
  BOOST_TEST(differing_split(bytes) == no_split);
}

BOOST_AUTO_TEST_CASE(only_the_keep_bit_means_keep) {
  for (unsigned flags = 0; flags < 256; ++flags) {
    const auto begin =
        wire::record(wire::begin_request, 1, wire::octets({0, 1, flags, 0xff, 0xff, 0xff, 0xff, 0xff}));
    const auto rest = wire::record(wire::params, 1) + wire::record(wire::standard_input, 1);
    BOOST_TEST(fed(begin + rest).starts_with((flags & 1U) != 0 ? "request 1 keep " : "request 1 params"),
               flags);
  }
}

BOOST_AUTO_TEST_CASE(the_reserved_byte_of_a_header_means_nothing) {
  auto bytes = simple(1, wire::pair("A", "b"), "c");
  bytes[7] = '\xff';
  BOOST_TEST(fed(bytes) == fed(simple(1, wire::pair("A", "b"), "c")));
}

BOOST_AUTO_TEST_CASE(padding_anywhere) {
  const auto padded = [](unsigned type, std::string_view content, unsigned padding) {
    return wire::record(type, 1, content, {.padding = padding});
  };
  const auto params = wire::pair("A", "b");
  for (const unsigned padding : {1U, 7U, 255U}) {
    const auto bytes = padded(wire::begin_request, wire::octets({0, 1, 1, 0, 0, 0, 0, 0}), padding) +
                       padded(wire::params, params, padding) + padded(wire::params, "", padding) +
                       padded(wire::standard_input, "body", padding) +
                       padded(wire::standard_input, "", padding);
    BOOST_TEST(fed(bytes) == "request 1 keep params " + params + " body body\nidle");
    BOOST_TEST(fed(bytes.substr(0, bytes.size() - 1)) == "more");
    BOOST_TEST(differing_split(bytes) == no_split);
  }
}

BOOST_AUTO_TEST_CASE(parameters_and_body_over_many_records) {
  const auto params =
      wire::pairs({{"REQUEST_METHOD", "GET"}, {"SCRIPT_NAME", "/events"}, {"QUERY_STRING", "a=b"}});
  for (const std::size_t piece : {1U, 2U, 5U, 19U}) {
    const auto bytes = wire::begin(3) + wire::stream(wire::params, 3, params, piece) +
                       wire::stream(wire::standard_input, 3, "a longer body", piece);
    BOOST_TEST(fed(bytes) == "request 3 keep params " + params + " body a longer body\nidle");
    BOOST_TEST(differing_split(bytes) == no_split);
  }
}

BOOST_AUTO_TEST_CASE(records_of_the_largest_size) {
  const std::string value(65'535 * 2, 'v');
  const auto params = wire::pair("A", value);
  const auto bytes = simple(1, params, value);
  BOOST_TEST((fed(bytes) == "request 1 keep params " + params + " body " + value + "\nidle"));
  BOOST_TEST((fed_byte_by_byte(bytes) == fed(bytes)));
}

BOOST_AUTO_TEST_CASE(one_after_the_other) {
  const auto bytes = simple(1, wire::pair("A", "1"), "x") + simple(2, wire::pair("B", "2"), "", false);
  BOOST_TEST(fed(bytes) == "request 1 keep params " + wire::pair("A", "1") + " body x\nrequest 2 params " +
                               wire::pair("B", "2") + " body \nidle");
  BOOST_TEST(differing_split(bytes) == no_split);
}

BOOST_AUTO_TEST_CASE(what_follows_a_request_is_left) {
  RequestReader reader(wide);
  const auto bytes = simple(1, "", "") + "next";
  std::string_view left = bytes;
  BOOST_TEST((take_past_head(reader, left) == RequestReader::Progress::request));
  BOOST_TEST(left == "next");
}

BOOST_AUTO_TEST_CASE(every_truncation_wants_more) {
  const auto bytes = simple(1, wire::pair("A", "b"), "c");
  for (std::size_t size = 1; size < bytes.size(); ++size)
    BOOST_TEST(fed(bytes.substr(0, size)) == "more", size);
}

BOOST_AUTO_TEST_CASE(aborted_among_the_parameters_or_the_body) {
  const auto abort = wire::record(wire::abort_request, 1);
  const auto params = wire::record(wire::params, 1, wire::pair("A", "b"));
  const auto body = wire::record(wire::standard_input, 1, "c");
  for (const auto& before :
       {wire::begin(1), wire::begin(1) + params, wire::begin(1) + params + wire::record(wire::params, 1),
        wire::begin(1) + params + wire::record(wire::params, 1) + body}) {
    const auto next = simple(1, wire::pair("C", "d"), "e");
    const auto expected = "aborted\nrequest 1 keep params " + wire::pair("C", "d") + " body e\nidle";
    BOOST_TEST(fed(before + abort) == "aborted\nidle");
    BOOST_TEST(fed(before + abort + next) == expected);
    BOOST_TEST(differing_split(before + abort + next) == no_split);
    const auto padded = wire::record(wire::abort_request, 1, "no content is due", {.padding = 7});
    BOOST_TEST(fed(before + padded + next) == expected);
    BOOST_TEST(differing_split(before + padded + next) == no_split);
  }
}

BOOST_AUTO_TEST_SUITE_END()
