#include "log/cursor.hpp"

#include <boost/test/unit_test.hpp>
#include <limits>

using namespace std::string_literals;
using worker::log::Cursor;
using worker::log::Sequence;

BOOST_AUTO_TEST_SUITE(cursor_suite)

BOOST_AUTO_TEST_CASE(text_and_back) {
  for (const auto& epoch : {"e"s, "18ab"s, "2026-11-22"s, ""s}) {
    for (const Sequence sequence :
         {Sequence{0}, Sequence{1}, Sequence{42}, std::numeric_limits<Sequence>::max()}) {
      const Cursor cursor{epoch, sequence};
      const auto parsed = Cursor::parse(cursor.text());
      BOOST_REQUIRE(parsed);
      BOOST_TEST((*parsed == cursor));
    }
  }
  BOOST_TEST((Cursor{"e", 17}.text() == "e-17"));
}

BOOST_AUTO_TEST_CASE(other_text) {
  for (const auto& text :
       {""s, "e"s, "e-"s, "-"s, "17"s, "e-x"s, "e-1x"s, "e-x1"s, "e- 1"s, "e-1 "s, "e-+1"s, "e-0x1"s,
        "e-1.0"s, "e-18446744073709551616"s, "e-99999999999999999999999"s, "e-\0"s, "e-1\0"s,
        "e\xe2\x80\x93"
        "1"s}) {
    BOOST_TEST(!Cursor::parse(text));
  }
}

BOOST_AUTO_TEST_CASE(leading_zeros_do_not_matter) { BOOST_TEST((Cursor::parse("e-007") == Cursor{"e", 7})); }

BOOST_AUTO_TEST_SUITE_END()
