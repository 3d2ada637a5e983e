#include "pipe/event_line.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "base/utf8.hpp"
#include "pipe/valid_text.hpp"

using namespace std::string_literals;
using worker::pipe::EventLines;
using worker::pipe::valid_text;

BOOST_AUTO_TEST_SUITE(event_line_suite)

BOOST_AUTO_TEST_CASE(exact_bytes) {
  const EventLines lines("0123456789abcdef");
  BOOST_TEST(lines.event(1, "a line") == "{\"data\":\"a line\",\"id\":\"pipe-0123456789abcdef-1\"}\n");
  BOOST_TEST(lines.event(12'345, "") == "{\"data\":\"\",\"id\":\"pipe-0123456789abcdef-12345\"}\n");
  BOOST_TEST(lines.event(2, "\"\\\t\r\n\x7f/") ==
             "{\"data\":\"\\\"\\\\\\u0009\\u000d\\u000a\x7f/\",\"id\":\"pipe-0123456789abcdef-2\"}\n");
  BOOST_TEST(lines.close() == "{\"close\":true,\"id\":\"pipe-0123456789abcdef-close\"}\n");
}

BOOST_AUTO_TEST_CASE(every_byte_survives_as_json) {
  const EventLines lines("r");
  std::string all;
  for (char c = 0; c >= 0 && c < 0x7f; ++c) all.push_back(c);
  all += "\u00e4\u20ac\U0001f30d";
  const auto line = lines.event(1, all);
  BOOST_TEST(line.find('\n') == line.size() - 1);
  BOOST_TEST(nlohmann::json::parse(line)["data"].get<std::string>() == all);
}

// What TextDecoder makes of the same bytes.
BOOST_AUTO_TEST_CASE(bytes_that_are_not_utf8) {
  const std::string r = "\ufffd";
  const std::pair<std::string, std::string> texts[] = {
      {"plain", "plain"},
      {"\xff", r},
      {"a\x80z", "a" + r + "z"},
      {"\xc0\xaf", r + r},
      {"\xe0\x80\xaf", r + r + r},
      {"\xed\xa0\x80", r + r + r},
      {"\xf4\x90\x80\x80", r + r + r + r},
      {"\xf5\x80\x80\x80", r + r + r + r},
      {"\xe2\x82", r},
      {"\xe2\x82z", r + "z"},
      {"\xf0\x9f\x8cz", r + "z"},
      {"\xf0\x9f\x8c\xf0\x9f\x8c\x8d", r + "\U0001f30d"},
      {"\xc3\xc3\xa4", r + "\u00e4"},
      {"\xe2(\xac", r + "(" + r},
      {"\xf1\x80\x80\xe1\x80\xc2", r + r + r},
  };
  for (const auto& [text, wanted] : texts) {
    BOOST_TEST_CONTEXT(wanted) { BOOST_TEST(valid_text(text) == wanted); }
    BOOST_TEST(EventLines("r").event(1, text) == "{\"data\":\"" + wanted + "\",\"id\":\"pipe-r-1\"}\n");
  }
}

BOOST_AUTO_TEST_CASE(every_pair_of_bytes_becomes_utf8) {
  for (unsigned first = 0; first < 256; ++first) {
    for (unsigned second = 0; second < 256; ++second) {
      const std::string text = {static_cast<char>(first), static_cast<char>(second)};
      const auto valid = valid_text(text);
      BOOST_REQUIRE(worker::base::is_utf8(valid));
      BOOST_REQUIRE((valid == text) == worker::base::is_utf8(text));
    }
  }
}

BOOST_AUTO_TEST_CASE(runs_differ) {
  const auto run = worker::pipe::random_run();
  BOOST_TEST(run.size() == 16U);
  BOOST_TEST(run.find_first_not_of("0123456789abcdef") == std::string::npos);
  BOOST_TEST(run != worker::pipe::random_run());
}

BOOST_AUTO_TEST_SUITE_END()
