// Name-value pairs: the last check before libfcgi, which believes every length.
#include <boost/test/unit_test.hpp>

#include "fcgi/pairs.hpp"
#include "support/wire.hpp"

using namespace std::string_literals;
using worker::fcgi::params_well_formed;
namespace wire = worker::support::wire;

BOOST_AUTO_TEST_SUITE(params_suite)

BOOST_AUTO_TEST_CASE(none_at_all) { BOOST_TEST(params_well_formed("")); }

BOOST_AUTO_TEST_CASE(empty_names_and_values) {
  BOOST_TEST(params_well_formed(wire::octets({0, 0})));
  BOOST_TEST(params_well_formed(wire::octets({0, 0, 0, 0, 0, 0})));
  BOOST_TEST(params_well_formed(wire::pair("A", "")));
  BOOST_TEST(params_well_formed(wire::pair("", "b")));
}

BOOST_AUTO_TEST_CASE(short_and_long_lengths) {
  for (const std::size_t name : {1U, 126U, 127U, 128U, 129U, 1'000U}) {
    for (const std::size_t value : {0U, 127U, 128U, 65'536U, 1'000'000U}) {
      const auto pair = wire::pair(std::string(name, 'N'), std::string(value, 'v'));
      BOOST_TEST(params_well_formed(pair));
      BOOST_TEST(params_well_formed(pair + wire::pair("A", "b")));
      BOOST_TEST(!params_well_formed(pair + "x"));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_short_length_in_the_long_form) {
  BOOST_TEST(params_well_formed(wire::octets({0x80, 0, 0, 1, 0x80, 0, 0, 2}) + "Abc"));
  BOOST_TEST(params_well_formed(wire::octets({1, 0x80, 0, 0, 0}) + "A"));
}

BOOST_AUTO_TEST_CASE(cut_anywhere) {
  const auto first = wire::pair("REQUEST_METHOD", "GET");
  const auto whole = first + wire::pair(std::string(200, 'N'), std::string(300, 'v')) + wire::pair("X", "");
  std::size_t well_formed = 0;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    if (params_well_formed(whole.substr(0, size))) ++well_formed;
  }
  BOOST_TEST(well_formed == 3U);  // nothing, after the first pair, after the second
  BOOST_TEST(params_well_formed(whole));
}

BOOST_AUTO_TEST_CASE(lengths_beyond_the_end) {
  BOOST_TEST(!params_well_formed(wire::octets({1, 1}) + "A"));
  BOOST_TEST(!params_well_formed(wire::octets({1, 0}) + "AB"));
  BOOST_TEST(!params_well_formed(wire::octets({127, 127})));
  BOOST_TEST(!params_well_formed(wire::octets({0xff, 0xff, 0xff, 0xff, 0}) + "A"));
  BOOST_TEST(!params_well_formed(wire::octets({1, 0xff, 0xff, 0xff, 0xff}) + "A"));
  // The largest length twice: the sum needs more than 31 bits, and would be -2 if it were signed.
  BOOST_TEST(!params_well_formed(wire::octets({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}) + "AB"));
  // A length that makes the sum 2 if it is added up in 31 bits.
  BOOST_TEST(!params_well_formed(wire::octets({0xff, 0xff, 0xff, 0xff, 3}) + "AB"));
}

BOOST_AUTO_TEST_CASE(truncated_lengths) {
  for (const auto& bytes :
       {wire::octets({0}), wire::octets({0x80}), wire::octets({0x80, 0}), wire::octets({0x80, 0, 0}),
        wire::octets({0x80, 0, 0, 0}), wire::octets({0, 0x80}), wire::octets({0, 0x80, 0}),
        wire::octets({0, 0x80, 0, 0}), wire::octets({0x80, 0, 0, 0, 0x80, 0, 0})}) {
    BOOST_TEST(!params_well_formed(bytes));
    BOOST_TEST(!params_well_formed(wire::pair("A", "b") + bytes));
  }
}

BOOST_AUTO_TEST_CASE(a_nul_in_a_name_or_a_value) {
  BOOST_TEST(!params_well_formed(wire::pair("A\0B"s, "c")));
  BOOST_TEST(!params_well_formed(wire::pair("A", "\0"s)));
  BOOST_TEST(!params_well_formed(wire::pair("A", "b\0"s)));
  BOOST_TEST(!params_well_formed(wire::pair("A", "b") + wire::pair("\0"s, "")));
}

BOOST_AUTO_TEST_CASE(every_other_byte_is_allowed) {
  for (unsigned byte = 1; byte < 256; ++byte) {
    BOOST_TEST(params_well_formed(wire::pair("A", wire::octets({byte}))), byte);
  }
}

BOOST_AUTO_TEST_SUITE_END()
