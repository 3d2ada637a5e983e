#include "base/printable.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::string_literals;
using worker::base::printable;

BOOST_AUTO_TEST_SUITE(shown_suite)

BOOST_AUTO_TEST_CASE(ordinary_text_as_it_is) {
  for (const auto* text : {"", "topic", "a b\"\\</script>", "42 €", "ключ", "\U0001f30d"})
    BOOST_TEST(printable(text) == text);
}

BOOST_AUTO_TEST_CASE(controls_are_made_visible) {
  BOOST_TEST(printable("a\0b"s) == "a\\x00b");
  BOOST_TEST(printable("\x1b[31m\r\n\t\x7f") == "\\x1b[31m\\x0d\\x0a\\x09\\x7f");
  BOOST_TEST(printable("\u0085\u009b") == "\\u0085\\u009b");
}

BOOST_AUTO_TEST_CASE(so_are_characters_that_turn_the_line_around_or_hide) {
  BOOST_TEST(printable("a\u202eb\u2066c\u2028\u200b\ufeff") == "a\\u202eb\\u2066c\\u2028\\u200b\\ufeff");
  BOOST_TEST(printable("\u00a0\u2010\u2070\ufefe") == "\u00a0\u2010\u2070\ufefe");
}

BOOST_AUTO_TEST_CASE(so_are_bytes_that_are_not_utf_8) {
  BOOST_TEST(printable("a\xff\x80z") == "a\\xff\\x80z");
  BOOST_TEST(printable("\xc3") == "\\xc3");
  BOOST_TEST(printable("\xc3\xc3\xa9") == "\\xc3é");
  BOOST_TEST(printable("\xed\xa0\x80") == "\\xed\\xa0\\x80");
  BOOST_TEST(printable("\x1f\x8b\x08") == "\\x1f\\x8b\\x08");
}

BOOST_AUTO_TEST_CASE(cut_between_characters) {
  BOOST_TEST(printable("abcd", 4) == "abcd");
  BOOST_TEST(printable("abcde", 4) == "abcd…");
  BOOST_TEST(printable("abcé", 4) == "abc…");
  BOOST_TEST(printable("ab\xff\xff\xff", 4) == "ab\\xff\\xff…");
  BOOST_TEST(printable(std::string(1 << 20, 'x')) == std::string(64, 'x') + "…");
  BOOST_TEST(printable(std::string(1 << 20, '\0')).size() < 300U);
}

BOOST_AUTO_TEST_SUITE_END()
