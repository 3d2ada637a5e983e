#include "base/number.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>

using worker::base::parse_number;

BOOST_AUTO_TEST_SUITE(number)

BOOST_AUTO_TEST_CASE(all_of_the_text_is_the_number) {
  BOOST_TEST((parse_number<int>("42") == 42));
  BOOST_TEST((parse_number<int>("-7") == -7));
  BOOST_TEST((parse_number<int>("007") == 7));
  BOOST_TEST((parse_number<std::uint8_t>("ff", 16) == 255));
  for (const auto* text : {"", " 1", "1 ", "+1", "1x", "0x1", "1.0", "-"}) {
    BOOST_TEST(!parse_number<int>(text), '"' << text << '"');
  }
}

BOOST_AUTO_TEST_CASE(what_the_type_cannot_hold_is_no_number) {
  BOOST_TEST((parse_number<std::uint8_t>("255") == 255));
  BOOST_TEST(!parse_number<std::uint8_t>("256"));
  BOOST_TEST(!parse_number<std::uint64_t>("-1"));
  BOOST_TEST((parse_number<std::uint64_t>("18446744073709551615") == UINT64_MAX));
  BOOST_TEST(!parse_number<std::uint64_t>("18446744073709551616"));
}

BOOST_AUTO_TEST_SUITE_END()
