#include "base/utf8.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using namespace std::string_literals;
using worker::base::begun_character_bytes;
using worker::base::has_control;
using worker::base::has_format;
using worker::base::has_outer_blank;
using worker::base::is_utf8;

BOOST_AUTO_TEST_SUITE(utf8_suite)

BOOST_AUTO_TEST_CASE(well_formed) {
  for (const auto& text : {""s, "plain"s, "\0\x7f"s,
                           "\xc2\x80"s,          // U+0080, the least of two bytes
                           "\xdf\xbf"s,          // U+07FF
                           "\xe0\xa0\x80"s,      // U+0800, the least of three
                           "\xed\x9f\xbf"s,      // U+D7FF, right below the surrogates
                           "\xee\x80\x80"s,      // U+E000, right above them
                           "\xef\xbb\xbf"s,      // a byte order mark
                           "\xef\xbf\xbe"s,      // U+FFFE, no character but well formed
                           "\xef\xbf\xbf"s,      // U+FFFF
                           "\xf0\x90\x80\x80"s,  // U+10000, the least of four
                           "\xf4\x8f\xbf\xbf"s,  // U+10FFFF, the last
                           "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x8c\x8dz"s}) {
    BOOST_TEST_CONTEXT(text) { BOOST_TEST(is_utf8(text)); }
  }
}

BOOST_AUTO_TEST_CASE(ill_formed) {
  for (const auto& text : {"\x80"s,
                           "\xbf"s,              // continuations without a beginning
                           "\xc0\x80"s,          // NUL in two bytes
                           "\xc0\xaf"s,          // a slash in two bytes
                           "\xc1\xbf"s,          // U+007F in two bytes
                           "\xe0\x80\xaf"s,      // a slash in three
                           "\xe0\x9f\xbf"s,      // U+07FF in three
                           "\xf0\x80\x80\xaf"s,  // a slash in four
                           "\xf0\x8f\xbf\xbf"s,  // U+FFFF in four
                           "\xed\xa0\x80"s,
                           "\xed\xad\xbf"s,
                           "\xed\xae\x80"s,
                           "\xed\xbf\xbf"s,              // surrogates
                           "\xed\xa0\xbd\xed\xb8\x80"s,  // a pair of them, as CESU-8 has it
                           "\xf4\x90\x80\x80"s,          // U+110000
                           "\xf5\x80\x80\x80"s,
                           "\xf7\xbf\xbf\xbf"s,
                           "\xf8\x88\x80\x80\x80"s,
                           "\xfc\x84\x80\x80\x80\x80"s,
                           "\xfe"s,
                           "\xff"s,
                           "\xc3("s,
                           "\xe2\x82("s,
                           "\xe2(\xac"s,
                           "\xf0\x9f\x8c("s,
                           "\xc3\xc3\xa4"s}) {
    for (const auto& around : {""s, "a"s, "\xc3\xa4"s}) {
      BOOST_TEST(!is_utf8(text + around));
      BOOST_TEST(!is_utf8(around + text));
    }
  }
}

// Their edges, and the characters beside them.
BOOST_AUTO_TEST_CASE(characters_that_format) {
  for (const auto* text :
       {"\u00ad", "\u0600", "\u0605",     "\u061c",     "\u08e2",     "\u180e",     "\u200b",    "\u200d",
        "\u200f", "\u202a", "\u202e",     "\u2060",     "\u2064",     "\u2066",     "\u206f",    "\ufeff",
        "\ufff9", "\ufffb", "\U000110bd", "\U0001343f", "\U000e0001", "\U000e0020", "\U000e007f"}) {
    for (const auto& around : {""s, "a"s, "plain text "s, "\xc3\xa4"s}) {
      BOOST_TEST(has_format(text + around), text);
      BOOST_TEST(has_format(around + text), text);
    }
  }
  for (const auto* text : {"",           "plain text", "\u00ac",     "\u00ae",     "\u05ff",     "\u0606",
                           "\u200a",     "\u2010",     "\u2029",     "\u202f",     "\u2065",     "\u2070",
                           "\ufefe",     "\ufff8",     "\ufffc",     "\U000110bc", "\U000110be", "\U000e0000",
                           "\U000e0002", "\U000e0080", "\U0010ffff", "\U0001f30d"})
    BOOST_TEST(!has_format(text), text);
}

BOOST_AUTO_TEST_CASE(every_truncation) {
  for (const auto& point : {"\xc3\xa4"s, "\xe2\x82\xac"s, "\xf0\x9f\x8c\x8d"s}) {
    for (std::size_t size = 1; size < point.size(); ++size) {
      BOOST_TEST(!is_utf8(point.substr(0, size)));
      BOOST_TEST(!is_utf8("abc" + point.substr(0, size)));
      BOOST_TEST(!is_utf8(point.substr(0, size) + "abc"));
      BOOST_TEST(!is_utf8(point.substr(0, size) + point));
    }
  }
}

// Every sequence of two bytes against the table.
BOOST_AUTO_TEST_CASE(all_pairs_of_bytes) {
  for (unsigned first = 0; first < 256; ++first) {
    for (unsigned second = 0; second < 256; ++second) {
      const std::string text{static_cast<char>(first), static_cast<char>(second)};
      const bool expected = (first < 0x80 && second < 0x80) ||
                            (first >= 0xc2 && first <= 0xdf && second >= 0x80 && second <= 0xbf);
      BOOST_REQUIRE_EQUAL(is_utf8(text), expected);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_character_whose_other_bytes_are_missing) {
  for (const auto& before : {""s, "a"s, "\xc3\xa4"s, "\xf0\x9f\x8c\x8d"s, "\xff"s, "\x80\x80\x80"s}) {
    for (const auto& point : {"z"s, "\xc3\xa4"s, "\xe2\x82\xac"s, "\xf0\x9f\x8c\x8d"s, "\xf4\x8f\xbf\xbf"s}) {
      BOOST_TEST(begun_character_bytes(before + point) == 0U);
      for (std::size_t size = 1; size < point.size(); ++size)
        BOOST_TEST(begun_character_bytes(before + point.substr(0, size)) == size);
    }
  }
  BOOST_TEST(begun_character_bytes("") == 0U);
}

// Bytes that begin no character, or are too many, are no beginning: nobody waits for the rest.
BOOST_AUTO_TEST_CASE(bytes_that_no_character_begins_with) {
  for (const auto& text :
       {"\x80"s, "\x80\x80\x80\x80"s, "\xc0"s, "\xc1"s, "\xf5"s, "\xff"s, "\xf5\x80"s, "\xff\x80\x80"s,
        "\xc3\xa4\x80"s, "\xe2\x82\xac\x80"s, "\xf0\x9f\x8c\x8d\x80"s, "\xc3z"s})
    BOOST_TEST(begun_character_bytes(text) == 0U);
}

// Whatever is cut off at the end, what is left is well formed where the whole is.
BOOST_AUTO_TEST_CASE(every_cut_of_a_text) {
  const auto text = "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x8c\x8dz\xed\x9f\xbf\xf4\x8f\xbf\xbf"s;
  for (std::size_t size = 0; size <= text.size(); ++size) {
    const auto part = text.substr(0, size);
    BOOST_TEST(is_utf8(part.substr(0, size - begun_character_bytes(part))));
  }
}

BOOST_AUTO_TEST_CASE(controls) {
  for (unsigned c = 0; c < 256; ++c) {
    const auto text = "a"s + static_cast<char>(c) + "z";
    BOOST_TEST(has_control(text) == (c < 0x20 || c == 0x7f));
  }
  BOOST_TEST(!has_control(""));
  BOOST_TEST(has_control("\n"));
}

// Text is looked at in words of eight bytes.
BOOST_AUTO_TEST_CASE(controls_at_every_place) {
  for (std::size_t size = 1; size < 26; ++size) {
    for (const char plain : {' ', 'a', '~'}) BOOST_TEST(!has_control(std::string(size, plain)));
    for (std::size_t at = 0; at < size; ++at) {
      for (const char control : {'\0', '\x1f', '\x7f'}) {
        std::string text(size, 'a');
        text[at] = control;
        BOOST_TEST(has_control(text));
      }
      auto text = std::string(size, 'a').replace(at, 1, "\u0420");
      BOOST_TEST(!has_control(text));
      BOOST_TEST(has_control(text.replace(at, 2, "\u009f")));
    }
  }
}

// U+0080 to U+009F, in UTF-8 as ever.
BOOST_AUTO_TEST_CASE(controls_of_two_bytes) {
  BOOST_TEST(has_control("a\u0080"));
  BOOST_TEST(has_control("\u0085z"));
  BOOST_TEST(has_control("\u009f"));
  BOOST_TEST(!has_control("\u00a0"));
  BOOST_TEST(!has_control("\u00c0\u0420\u2028"));
}

BOOST_AUTO_TEST_CASE(blanks_at_the_ends) {
  for (const auto* blank : {" ", "\t", "\v", "\u0085", "\u00a0", "\u1680", "\u2000", "\u200a", "\u2028",
                            "\u202f", "\u205f", "\u3000", "\ufeff"}) {
    BOOST_TEST(has_outer_blank(blank + "x"s));
    BOOST_TEST(has_outer_blank("x"s + blank));
    BOOST_TEST(has_outer_blank(blank));
    BOOST_TEST(!has_outer_blank("x"s + blank + "x"));
  }
  for (const auto* text : {"", "x", "x y", "\u00e0", "\u2010", "\u200b", "\U0001f30d"})
    BOOST_TEST(!has_outer_blank(text));
}

BOOST_AUTO_TEST_SUITE_END()
