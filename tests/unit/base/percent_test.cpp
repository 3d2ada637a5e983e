#include "base/percent.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using worker::base::percent_encoded;
using worker::base::percent_escape;

BOOST_AUTO_TEST_SUITE(percent_suite)

BOOST_AUTO_TEST_CASE(encodes_all_but_letters_digits_and_some_marks) {
  BOOST_TEST(percent_encoded("orders/*-._~aZ9") == "orders/*-._~aZ9");
  BOOST_TEST(percent_encoded("a b&c=d+%\xc3\xa9#?") == "a%20b%26c%3Dd%2B%25%C3%A9%23%3F");
  BOOST_TEST(percent_encoded("") == "");
}

BOOST_AUTO_TEST_CASE(escapes_of_every_byte) {
  constexpr const char* upper = "0123456789ABCDEF";
  constexpr const char* lower = "0123456789abcdef";
  for (unsigned byte = 0; byte < 256; ++byte) {
    for (const auto* digits : {upper, lower}) {
      const auto text = std::string("x%") + digits[byte / 16] + digits[byte % 16] + "y";
      BOOST_TEST((percent_escape(text, 1) == static_cast<char>(byte)), text);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_escape) {
  for (const std::string text : {"a", "%", "%4", "%%41", "%4g", "%g4", "%+4", "%-4", "% 4", "%0x"})
    BOOST_TEST(!percent_escape(text, 0), text);
  // Also where more digits come later.
  BOOST_TEST(!percent_escape("%4%41", 0));
  BOOST_TEST(!percent_escape("ab%41", 1));
  BOOST_TEST((percent_escape("%4%41", 2) == 'A'));
}

BOOST_AUTO_TEST_SUITE_END()
