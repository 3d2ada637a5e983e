#include "api/stream/cursor_spellings.hpp"

#include <boost/test/unit_test.hpp>

using namespace worker::api;

namespace {

std::string told(const std::string& cursor) {
  std::string text;
  for (const auto& spelling : cursor_spellings(cursor)) text += "[" + spelling + "]";
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cursor_spellings_suite)

BOOST_AUTO_TEST_CASE(visible_ascii_is_what_it_is) {
  BOOST_TEST(told("e-1") == "[e-1]");
  BOOST_TEST(told("") == "[]");
  BOOST_TEST(told("a+b&c") == "[a+b&c]");
}

// As Node's clients send `é`, and any byte of the upper half.
BOOST_AUTO_TEST_CASE(bytes_of_latin_1) {
  BOOST_TEST(told("caf\xe9") == "[caf\xe9][caf\xc3\xa9]");
  BOOST_TEST(told("\x80\xbf\xc0\xff") == "[\x80\xbf\xc0\xff][\xc2\x80\xc2\xbf\xc3\x80\xc3\xbf]");
}

// As who reads the header's UTF-8 as Latin-1 and sends that as UTF-8.
BOOST_AUTO_TEST_CASE(utf_8_twice) {
  BOOST_TEST(told("\xc3\x83\xc2\xa9") == "[\xc3\x83\xc2\xa9][\xc3\x83\xc2\x83\xc3\x82\xc2\xa9][\xc3\xa9]");
  // Nothing in Latin-1 is a euro.
  BOOST_TEST(told("\xe2\x82\xac") == "[\xe2\x82\xac][\xc3\xa2\xc2\x82\xc2\xac]");
  // É as UTF-8: its character as a byte is no UTF-8.
  BOOST_TEST(told("\xc3\x89") == "[\xc3\x89][\xc3\x83\xc2\x89]");
  BOOST_TEST(told("\xc3") == "[\xc3][\xc3\x83]");
}

BOOST_AUTO_TEST_CASE(percent_escapes) {
  BOOST_TEST(told("caf%C3%A9") == "[caf%C3%A9][caf\xc3\xa9]");
  BOOST_TEST(told("a%20b+c") == "[a%20b+c][a b+c]");
  BOOST_TEST(told("50%") == "[50%]");
  BOOST_TEST(told("%FF") == "[%FF]");
  BOOST_TEST(told("%26&") == "[%26&]");
}

BOOST_AUTO_TEST_SUITE_END()
