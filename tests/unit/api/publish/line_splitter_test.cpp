// Lines: of every split, at the bounds, and what is kept of them meanwhile.
#include "api/publish/line_splitter.hpp"

#include <fmt/format.h>

#include <boost/test/unit_test.hpp>
#include <vector>

using namespace worker::api;
using worker::base::ByteBudget;
using LineEnd = LineSplitter::LineEnd;

namespace {

struct Recorder final : LineSplitter::Lines {
  void on_line(std::size_t number, std::string_view line) override {
    text += fmt::format("{}:{}|", number, line);
  }
  void on_too_long(std::size_t number, bool alone) override {
    text += fmt::format("{}:too long{}|", number, alone ? "" : " with the others");
  }
  std::string text;
};

/// The lines of a text that comes in these pieces, `1:first|2:second|`, and `whole` where the last one had
/// its end.
std::string lines_of(const std::vector<std::string_view>& pieces, LineEnd line_end,
                     std::size_t bytes_max = 100) {
  ByteBudget unfinished;
  LineSplitter splitter(line_end, bytes_max, unfinished);
  Recorder recorder;
  for (const auto piece : pieces) splitter.take(piece, recorder);
  if (!splitter.finish(recorder)) recorder.text += "whole";
  return recorder.text;
}

std::string whole(std::string_view text, LineEnd line_end, std::size_t bytes_max = 100) {
  return lines_of({text}, line_end, bytes_max);
}

/// Every split in three gives what the whole gives.
void check_splits(std::string_view text, LineEnd line_end, std::size_t bytes_max = 100) {
  const auto expected = whole(text, line_end, bytes_max);
  for (std::size_t a = 0; a <= text.size(); ++a) {
    for (std::size_t b = a; b <= text.size(); ++b) {
      BOOST_TEST(lines_of({text.substr(0, a), text.substr(a, b - a), text.substr(b)}, line_end, bytes_max) ==
                 expected);
    }
  }
  std::vector<std::string_view> bytes;
  for (std::size_t i = 0; i < text.size(); ++i) bytes.push_back(text.substr(i, 1));
  BOOST_TEST(lines_of(bytes, line_end, bytes_max) == expected);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(line_splitter_suite)

BOOST_AUTO_TEST_CASE(line_feeds) {
  const std::string_view text = "one\n\ntwo\r\n\rthree\n";
  BOOST_TEST(whole(text, LineEnd::line_feed) == "1:one|2:|3:two\r|4:\rthree|whole");
  check_splits(text, LineEnd::line_feed);
}

BOOST_AUTO_TEST_CASE(the_three_ends_of_an_event_stream) {
  const std::string_view text = "lf\ncr\rcrlf\r\n\n\r\r\n\r\n\n\rz";
  BOOST_TEST(whole(text, LineEnd::event_stream) == "1:lf|2:cr|3:crlf|4:|5:|6:|7:|8:|9:|10:z|");
  check_splits(text, LineEnd::event_stream);
}

BOOST_AUTO_TEST_CASE(the_last_line_needs_no_end) {
  for (const auto line_end : {LineEnd::line_feed, LineEnd::event_stream}) {
    BOOST_TEST(whole("", line_end) == "whole");
    BOOST_TEST(whole("\n", line_end) == "1:|whole");
    BOOST_TEST(whole("a", line_end) == "1:a|");
    BOOST_TEST(whole("a\nb", line_end) == "1:a|2:b|");
    BOOST_TEST(whole("a\nb\n", line_end) == "1:a|2:b|whole");
  }
  BOOST_TEST(whole("a\r", LineEnd::event_stream) == "1:a|whole");
}

BOOST_AUTO_TEST_CASE(a_byte_order_mark_at_the_beginning) {
  for (const auto line_end : {LineEnd::line_feed, LineEnd::event_stream}) {
    const std::string_view text = "\xef\xbb\xbfone\n\xef\xbb\xbftwo\n";
    BOOST_TEST(whole(text, line_end) == "1:one|2:\xef\xbb\xbftwo|whole");
    check_splits(text, line_end);
    for (const std::string_view other :
         {"\xef\xbb\xbf", "\xef\xbb", "\xef\xbbx\n", "\n\xef\xbb\xbf", "\xef\xbb\xbf\n"})
      check_splits(other, line_end);
    BOOST_TEST(whole("\xef\xbb\xbf", line_end) == "1:|");
    BOOST_TEST(whole("\xef\xbb", line_end) == "1:\xef\xbb|");
  }
}

BOOST_AUTO_TEST_CASE(any_byte_may_be_in_a_line) {
  using namespace std::string_view_literals;
  const auto text = "\0\xff\n\0\n\x80\x01"sv;
  BOOST_TEST(whole(text, LineEnd::line_feed) == "1:\0\xff|2:\0|3:\x80\x01|"sv);
  check_splits(text, LineEnd::line_feed);
}

BOOST_AUTO_TEST_CASE(a_line_at_the_bound_and_one_past_it) {
  for (const auto line_end : {LineEnd::line_feed, LineEnd::event_stream}) {
    BOOST_TEST(whole("12345\n1234567\n123456\nx", line_end, 6) == "1:12345|2:too long|3:123456|4:x|");
    check_splits("12345\n1234567\n123456\nx", line_end, 6);
    // Its rest is skipped, also at the end of the text.
    BOOST_TEST(whole("1234567", line_end, 6) == "1:too long|whole");
    check_splits("1234567", line_end, 6);
    check_splits("a\n1234567890", line_end, 6);
  }
  check_splits("1234567\r\n\r\n123456\r\nx", LineEnd::event_stream, 6);
}

BOOST_AUTO_TEST_CASE(it_is_told_as_soon_as_it_is_too_long) {
  ByteBudget unfinished;
  LineSplitter splitter(LineEnd::line_feed, 6, unfinished);
  Recorder recorder;
  splitter.take("1234", recorder);
  BOOST_TEST(recorder.text == "");
  splitter.take("567", recorder);
  BOOST_TEST(recorder.text == "1:too long|");
  for (int i = 0; i < 1'000; ++i) splitter.take("more", recorder);
  splitter.take("\nnext\n", recorder);
  BOOST_TEST(recorder.text == "1:too long|2:next|");
}

// Short beginnings are free, long ones are paid for, and given back with the end of their line.
BOOST_AUTO_TEST_CASE(what_is_kept_of_lines_is_bounded_for_all_together) {
  ByteBudget unfinished(20'000);
  LineSplitter one(LineEnd::line_feed, 1'000'000, unfinished);
  LineSplitter two(LineEnd::line_feed, 1'000'000, unfinished);
  Recorder lines;
  Recorder others;
  one.take(std::string(4'096, 'x'), lines);
  BOOST_TEST(unfinished.used() == 0U);
  one.take("x", lines);
  BOOST_TEST(unfinished.used() >= 4'097U);
  two.take(std::string(15'000, 'y'), others);
  BOOST_TEST(others.text == "1:too long with the others|");
  two.take("\nnext\n", others);
  BOOST_TEST(others.text == "1:too long with the others|2:next|");
  one.take("\n", lines);
  BOOST_TEST(lines.text == "1:" + std::string(4'097, 'x') + "|");
  BOOST_TEST(unfinished.used() == 0U);
  two.take(std::string(15'000, 'y'), others);
  BOOST_TEST(unfinished.used() >= 15'000U);
  {
    LineSplitter three(LineEnd::line_feed, 1'000'000, unfinished);
    three.take(std::string(4'500, 'z'), lines);
    BOOST_TEST(unfinished.used() >= 19'500U);
  }
  // Who ends gives back, and so does who is alone and skips.
  BOOST_TEST(unfinished.used() < 19'500U);
  BOOST_TEST(two.finish(others));
  BOOST_TEST(unfinished.used() == 0U);
}

// A line that is alone may be larger than the bound of all.
BOOST_AUTO_TEST_CASE(one_line_may_take_more_than_all_lines_may) {
  ByteBudget unfinished(10'000);
  LineSplitter splitter(LineEnd::line_feed, 100'000, unfinished);
  Recorder recorder;
  for (int i = 0; i < 10; ++i) splitter.take(std::string(10'000, 'x'), recorder);
  splitter.take("\n", recorder);
  BOOST_TEST(recorder.text == "1:" + std::string(100'000, 'x') + "|");
}

BOOST_AUTO_TEST_SUITE_END()
