#include "api/request/json_text.hpp"

#include <boost/test/unit_test.hpp>

using worker::api::without_numbers;

BOOST_AUTO_TEST_SUITE(json_text_suite)

BOOST_AUTO_TEST_CASE(numbers_become_zeros_of_the_same_length) {
  BOOST_TEST(without_numbers(R"({"a":12,"b":[-1.5e+3,0 ],"c":1E400})") ==
             R"({"a":0 ,"b":[0      ,0 ],"c":0    })");
  BOOST_TEST(without_numbers("7") == "0");
  BOOST_TEST(without_numbers("") == "");
}

BOOST_AUTO_TEST_CASE(strings_stay) {
  BOOST_TEST(without_numbers(R"({"1":"2\"3","4\\":5})") == R"({"1":"2\"3","4\\":0})");
  BOOST_TEST(without_numbers("\"12") == "\"12");
  BOOST_TEST(without_numbers("\"12\\") == "\"12\\");
}

// Or it would pass for JSON afterwards.
BOOST_AUTO_TEST_CASE(what_is_no_number_stays) {
  for (const auto* text : {"01", "1.", ".", "-", "1.5.5", "1e", "1e+", "--1", "0x1", "1a", "1-2", "1e5e5",
                           "1_000", "00", "-01", "1.e5", "12345678901234567890x"}) {
    BOOST_TEST(without_numbers(text) == text);
  }
  for (const auto* text : {"a1", "+1", ".5", "Infinity1", "1 2", "1\"x\""})
    BOOST_TEST(worker::api::json_error(without_numbers(text)).detail.starts_with("JSON: is broken at byte "),
               text);
}

BOOST_AUTO_TEST_CASE(a_number_too_large_before_a_mistake_is_a_mistake) {
  for (const auto* text : {"[1e999.5]", "666e6366666.3", R"({"a":1e9999x})"}) {
    BOOST_TEST(worker::api::json_error(without_numbers(text)).detail ==
                   "JSON: is invalid, or contains a number out of range",
               text);
  }
}

BOOST_AUTO_TEST_SUITE_END()
