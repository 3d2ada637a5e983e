#include "base/shown.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::string_literals;
using worker::base::shown;

BOOST_AUTO_TEST_SUITE(shown_suite)

BOOST_AUTO_TEST_CASE(ordinary_text_as_it_is) {
  for (const auto* text : {"", "topic", "a b\"\\</script>", "42 €", "ключ", "\U0001f30d"})
    BOOST_TEST(shown(text) == text);
}

BOOST_AUTO_TEST_CASE(controls_are_made_visible) {
  BOOST_TEST(shown("a\0b"s) == "a\\x00b");
  BOOST_TEST(shown("\x1b[31m\r\n\t\x7f") == "\\x1b[31m\\x0d\\x0a\\x09\\x7f");
  BOOST_TEST(shown("\u0085\u009b") == "\\u0085\\u009b");
}

BOOST_AUTO_TEST_CASE(so_are_characters_that_turn_the_line_around_or_hide) {
  BOOST_TEST(shown("a\u202eb\u2066c\u2028\u200b\ufeff") == "a\\u202eb\\u2066c\\u2028\\u200b\\ufeff");
  BOOST_TEST(shown("\u00a0\u2010\u2070\ufefe") == "\u00a0\u2010\u2070\ufefe");
}

BOOST_AUTO_TEST_CASE(so_are_bytes_that_are_not_utf_8) {
  BOOST_TEST(shown("a\xff\x80z") == "a\\xff\\x80z");
  BOOST_TEST(shown("\xc3") == "\\xc3");
  BOOST_TEST(shown("\xc3\xc3\xa9") == "\\xc3é");
  BOOST_TEST(shown("\xed\xa0\x80") == "\\xed\\xa0\\x80");
  BOOST_TEST(shown("\x1f\x8b\x08") == "\\x1f\\x8b\\x08");
}

BOOST_AUTO_TEST_CASE(cut_between_characters) {
  BOOST_TEST(shown("abcd", 4) == "abcd");
  BOOST_TEST(shown("abcde", 4) == "abcd…");
  BOOST_TEST(shown("abcé", 4) == "abc…");
  BOOST_TEST(shown("ab\xff\xff\xff", 4) == "ab\\xff\\xff…");
  BOOST_TEST(shown(std::string(1 << 20, 'x')) == std::string(64, 'x') + "…");
  BOOST_TEST(shown(std::string(1 << 20, '\0')).size() < 300U);
}

BOOST_AUTO_TEST_SUITE_END()
