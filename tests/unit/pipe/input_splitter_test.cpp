#include "pipe/input_splitter.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>
#include <vector>

using namespace std::string_literals;
using worker::pipe::InputSplitter;
using worker::pipe::Split;

namespace {

constexpr auto line_bytes_max = InputSplitter::line_bytes_max;

// `NUMBER:TEXT`, or `NUMBER!` for a line that is too long.
void take_all(InputSplitter& splitter, std::vector<std::string>& out) {
  while (const auto piece = splitter.next()) {
    out.push_back(std::to_string(piece->number) +
                  (piece->is_too_long ? "!" : ":" + std::string(piece->text)));
  }
}

std::vector<std::string> pieces(Split split, const std::vector<std::string>& reads, bool ends = true) {
  InputSplitter splitter(split);
  std::vector<std::string> out;
  for (const auto& read : reads) {
    splitter.take(read);
    take_all(splitter, out);
  }
  if (ends) splitter.end();
  take_all(splitter, out);
  return out;
}

using Pieces = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(input_splitter_suite)

BOOST_AUTO_TEST_CASE(lines_at_every_split) {
  const auto text = "one\ntwo\r\n\n\r\n a\rb \nlast"s;
  const Pieces wanted = {"1:one", "2:two", "3:", "4:", "5: a\rb ", "6:last"};
  for (std::size_t first = 0; first <= text.size(); ++first) {
    for (std::size_t second = first; second <= text.size(); ++second) {
      const auto found = pieces(
          Split::line, {text.substr(0, first), text.substr(first, second - first), text.substr(second)});
      BOOST_TEST(found == wanted, boost::test_tools::per_element());
    }
  }
}

BOOST_AUTO_TEST_CASE(a_line_without_an_end_waits_for_it) {
  BOOST_TEST(pieces(Split::line, {"one\ntw"}, false) == Pieces{"1:one"}, boost::test_tools::per_element());
  BOOST_TEST(pieces(Split::line, {"one\n"}) == Pieces{"1:one"}, boost::test_tools::per_element());
  BOOST_TEST(pieces(Split::line, {}).empty());
}

BOOST_AUTO_TEST_CASE(the_longest_line) {
  const std::string longest(line_bytes_max, 'x');
  for (const auto* end : {"\n", ""})
    BOOST_TEST((pieces(Split::line, {longest + end + (*end != '\0' ? "b" : "")}).front() == "1:" + longest));
}

BOOST_AUTO_TEST_CASE(a_longer_line_is_skipped_and_counts) {
  const std::string longer(line_bytes_max + 1, 'x');
  const Pieces wanted = {"1:a", "2!", "3:b", "4:c"};
  BOOST_TEST(pieces(Split::line, {"a\n" + longer + "\nb\nc"}) == wanted, boost::test_tools::per_element());
  BOOST_TEST(pieces(Split::line, {"a\n" + longer, "more", "\nb\nc\n"}) == wanted,
             boost::test_tools::per_element());
  BOOST_TEST(pieces(Split::line, {"a\n", longer, longer, longer + "\nb", "\nc\n"}) == wanted,
             boost::test_tools::per_element());
  BOOST_TEST(pieces(Split::line, {longer, "more"}) == Pieces{"1!"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_line_that_is_too_long_is_told_before_its_end) {
  InputSplitter splitter(Split::line);
  splitter.take(std::string(line_bytes_max, 'x'));
  BOOST_TEST(!splitter.next());
  splitter.take("x");
  const auto piece = splitter.next();
  BOOST_REQUIRE(piece.has_value());
  BOOST_TEST(piece->is_too_long);
  BOOST_TEST(!splitter.next());
}

BOOST_AUTO_TEST_CASE(chunks_are_what_came_at_once) {
  BOOST_TEST(pieces(Split::chunk, {"a\nb", "c\r\n", "", "d"}) == (Pieces{"1:a\nb", "2:c\r\n", "3:d"}),
             boost::test_tools::per_element());
  BOOST_TEST(pieces(Split::chunk, {}).empty());
}

BOOST_AUTO_TEST_CASE(chunks_end_between_characters) {
  // One character of each length.
  const auto text = "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x8c\x8dz"s;
  for (std::size_t first = 0; first <= text.size(); ++first) {
    std::string all;
    for (const auto& piece : pieces(Split::chunk, {text.substr(0, first), text.substr(first)})) {
      const auto chunk = piece.substr(piece.find(':') + 1);
      BOOST_TEST((static_cast<unsigned char>(chunk.front()) & 0xc0U) != 0x80U);
      all += chunk;
    }
    BOOST_TEST(all == text);
  }
  BOOST_TEST(pieces(Split::chunk, {"\xe2\x82"}) == Pieces{"1:\xe2\x82"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(chunks_are_bounded) {
  // The beginning of a character of four bytes, and then as much as may come at once.
  InputSplitter splitter(Split::chunk);
  splitter.take("\xf0\x9f\x8c");
  BOOST_TEST(!splitter.next());
  splitter.take("\x8d" + std::string(InputSplitter::take_bytes_max - 1, 'x'));
  BOOST_TEST(splitter.next()->text.size() == 65'536U);
}

BOOST_AUTO_TEST_SUITE_END()
