// The limits of a RequestReader, exactly at their edges.
#include <boost/test/unit_test.hpp>

#include "support/wire.hpp"
#include "unit/fcgi/feed.hpp"

using namespace worker::fcgi;
namespace wire = worker::support::wire;

namespace {

constexpr RequestReader::Limits narrow{.head_bytes_max = 100, .body_bytes_max = 50};
constexpr auto no_split = std::string::npos;

// A pair that takes `size` bytes in all.
std::string pair_of(std::size_t size) { return wire::pair("A", std::string(size - 3, 'v')); }

std::string request(std::string_view params, std::string_view body, std::size_t piece) {
  return wire::begin(1) + wire::stream(wire::params, 1, params, piece) +
         wire::stream(wire::standard_input, 1, body, piece);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(request_reader_limits_suite)

BOOST_AUTO_TEST_CASE(parameters_up_to_the_limit_and_one_more) {
  for (const std::size_t piece : {1U, 7U, 50U, 99U, 100U, 1'000U}) {
    const auto most = request(pair_of(100), "", piece);
    BOOST_TEST(fed(most, narrow) == "request 1 keep params " + pair_of(100) + " body \nidle");
    BOOST_TEST(differing_split(most, narrow) == no_split);
    const auto over = request(pair_of(101), "", piece);
    BOOST_TEST(fed(over, narrow) == "head too large");
    BOOST_TEST(differing_split(over, narrow) == no_split);
  }
}

BOOST_AUTO_TEST_CASE(a_body_up_to_the_limit_and_one_more) {
  for (const std::size_t piece : {1U, 7U, 49U, 50U, 1'000U}) {
    const auto most = request("", std::string(50, 'b'), piece);
    BOOST_TEST(fed(most, narrow) == "request 1 keep params  body " + std::string(50, 'b') + "\nidle");
    const auto over = request("", std::string(51, 'b'), piece);
    BOOST_TEST(fed(over, narrow) == "body too large");
    BOOST_TEST(differing_split(over, narrow) == no_split);
  }
}

// No byte of a record that is too large is stored: its header shows that.
BOOST_AUTO_TEST_CASE(the_header_alone_shows_that_it_is_too_large) {
  const auto before = wire::begin(1);
  const auto head = before + wire::record(wire::params, 1, std::string(101, 'x')).substr(0, header_bytes);
  BOOST_TEST(fed(head, narrow) == "head too large");
  BOOST_TEST(fed(head.substr(0, head.size() - 1), narrow) == "more");
  const auto params_end = before + wire::record(wire::params, 1);
  BOOST_TEST(
      fed(params_end + wire::record(wire::standard_input, 1, std::string(51, 'x')).substr(0, header_bytes),
          narrow) == "body too large");
}

BOOST_AUTO_TEST_CASE(padding_does_not_count) {
  const auto padded = wire::begin(1) + wire::record(wire::params, 1, pair_of(100), {.padding = 255}) +
                      wire::record(wire::params, 1, "", {.padding = 255}) +
                      wire::record(wire::standard_input, 1, std::string(50, 'b'), {.padding = 255}) +
                      wire::record(wire::standard_input, 1);
  BOOST_TEST(fed(padded, narrow).starts_with("request 1 keep"));
}

BOOST_AUTO_TEST_CASE(each_request_has_the_whole_limit) {
  const auto most = request(pair_of(100), std::string(50, 'b'), 10);
  const auto one = "request 1 keep params " + pair_of(100) + " body " + std::string(50, 'b') + "\n";
  BOOST_TEST(fed(most + most + most, narrow) == one + one + one + "idle");
}

// The limit is checked with each record, the lengths only when all records have come.
BOOST_AUTO_TEST_CASE(too_large_comes_before_malformed) {
  BOOST_TEST(fed(request(std::string(101, '\xff'), "", 101), narrow) == "head too large");
  BOOST_TEST(fed(request(std::string(100, '\xff'), "", 100), narrow) == "refused: params");
}

BOOST_AUTO_TEST_SUITE_END()
