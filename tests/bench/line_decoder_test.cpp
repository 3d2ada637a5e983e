// Lines of the answer to a publish stream, cut at every position.
#include "line_decoder.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "every_split.hpp"

using namespace sse::bench;

namespace {

void check(std::string_view text, const std::vector<std::string>& expected, bool mid_line) {
  for_every_split(text, [&](std::vector<std::string> parts) {
    LineDecoder decoder;
    std::vector<std::string> lines;
    for (std::string& part : parts) {
      decoder.feed(part);
      while (const auto line = decoder.next()) lines.emplace_back(*line);
      part.assign(part.size(), '#');
    }
    BOOST_REQUIRE_EQUAL_COLLECTIONS(lines.begin(), lines.end(), expected.begin(), expected.end());
    BOOST_REQUIRE_EQUAL(decoder.mid_line(), mid_line);
  });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lines)

BOOST_AUTO_TEST_CASE(one_after_the_other) {
  check("{\"id\":\"x-1\"}\n{\"error\":\"no\"}\nlast\n", {"{\"id\":\"x-1\"}", "{\"error\":\"no\"}", "last"},
        false);
}

BOOST_AUTO_TEST_CASE(empty_ones_are_lines) { check("\n\na\n\n", {"", "", "a", ""}, false); }

BOOST_AUTO_TEST_CASE(what_has_no_end_is_no_line) {
  check("", {}, false);
  check("a", {}, true);
  check("a\nbc", {"a"}, true);
}

BOOST_AUTO_TEST_SUITE_END()
