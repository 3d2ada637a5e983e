#include "http/gzip.hpp"

#include <zlib.h>

#include <boost/test/unit_test.hpp>

#include "support/gzip.hpp"

using namespace std::string_literals;
using worker::http::expand_gzip;
using worker::support::gzip;

namespace {

std::string expanded(std::string_view body, std::size_t bytes_max = 1'000) {
  const auto text = expand_gzip(body, bytes_max);
  if (text) return text.value();
  return text.error() == worker::http::GzipError::broken ? "broken" : "too large";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(gzip_suite)

BOOST_AUTO_TEST_CASE(what_went_in_comes_out) {
  for (const auto& text : {""s, "x"s, std::string(1'000, 'y'), "\0\xff"s})
    BOOST_TEST(expanded(gzip(text)) == text);
}

BOOST_AUTO_TEST_CASE(several_members_are_one_text) {
  BOOST_TEST(expanded(gzip("a") + gzip("") + gzip("b")) == "ab");
}

BOOST_AUTO_TEST_CASE(every_truncation_is_broken) {
  const auto body = gzip("some text that is compressed") + gzip("and more");
  const auto first = gzip("some text that is compressed").size();
  for (std::size_t size = 0; size < body.size(); ++size) {
    BOOST_TEST(expanded(body.substr(0, size)) == (size == first ? "some text that is compressed" : "broken"),
               size);
  }
}

BOOST_AUTO_TEST_CASE(other_bytes_are_broken) {
  for (const auto& body : {"{}"s, "\x1f\x8b"s, gzip("a") + "x", gzip("a") + "\0"s, std::string(100, '\0')})
    BOOST_TEST(expanded(body) == "broken");
  auto flipped = gzip("some text");
  flipped[flipped.size() - 6] ^= 1;  // in the checksum
  BOOST_TEST(expanded(flipped) == "broken");
}

BOOST_AUTO_TEST_CASE(the_bound_at_its_edge) {
  BOOST_TEST(expanded(gzip("12345"), 5) == "12345");
  BOOST_TEST(expanded(gzip("123456"), 5) == "too large");
  BOOST_TEST(expanded(gzip("123") + gzip("456"), 5) == "too large");
  BOOST_TEST(expanded(gzip(""), 0) == "");
}

// 64 MiB of zeros in 64 KB: refused after as much as may be, not after all of it.
BOOST_AUTO_TEST_CASE(a_bomb) {
  const auto bomb = gzip(std::string(1 << 26, '\0'));
  BOOST_TEST(bomb.size() < 70'000U);
  BOOST_TEST(expanded(bomb, 8'388'608) == "too large");
}

BOOST_AUTO_TEST_SUITE_END()
