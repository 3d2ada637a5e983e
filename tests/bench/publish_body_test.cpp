// Stamps, the bodies they travel in, and the hub's answers.
#include "publish_body.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

using namespace sse::bench;

namespace {

const Stamp example{0x12, 0xabcdef, Instant(std::chrono::nanoseconds(0x123456789))};
const std::string example_text = "0000001200abcdef0000000123456789";

}  // namespace

BOOST_AUTO_TEST_SUITE(publish_bodies)

BOOST_AUTO_TEST_CASE(a_stamp_there_and_back) {
  std::string text;
  append_stamp(text, example);
  BOOST_TEST(text == example_text);
  BOOST_TEST((read_stamp(text) == example));
  BOOST_TEST((read_stamp(text + "....") == example));
}

BOOST_AUTO_TEST_CASE(what_is_no_stamp) {
  BOOST_TEST(!read_stamp(""));
  BOOST_TEST(!read_stamp(example_text.substr(1)));
  for (std::size_t at = 0; at < example_text.size(); ++at) {
    for (const char byte : {'g', 'A', '.', '\0', '\xff'}) {
      std::string broken = example_text;
      broken[at] = byte;
      BOOST_TEST(!read_stamp(broken));
    }
  }
}

BOOST_AUTO_TEST_CASE(exact_bodies) {
  PublishBody body({"a", "q\"/1"}, stamp_size + 3);
  body.append(0, example);
  BOOST_TEST(body.text() == R"({"topic":"a","data":")" + example_text + "...\"}\n");
  body.clear();
  body.append(1, example);
  BOOST_TEST(body.text() == R"({"topic":"q\"/1","data":")" + example_text + "...\"}\n");
}

BOOST_AUTO_TEST_CASE(exact_raw_bodies) {
  PublishBody body({"a/b"}, stamp_size + 3, PublishAs::raw);
  for (int time = 0; time < 2; ++time) {
    body.append(0, example);
    BOOST_TEST(body.text() == example_text + "...");
    BOOST_TEST(body.query() == "topic=a%2Fb");
    BOOST_TEST(body.content_type() == "text/plain");
    body.clear();
  }
}

BOOST_AUTO_TEST_CASE(exact_lines_of_a_stream) {
  for (const bool names_topics : {true, false}) {
    PublishBody body({"a/b"}, stamp_size + 1, PublishAs::stream, names_topics);
    const std::string topic = names_topics ? R"("topic":"a/b",)" : "";
    const std::string line = "{" + topic + R"("data":")" + example_text + ".\"}\n";
    body.append(0, example);
    body.append(0, example);
    BOOST_TEST(body.text() == line + line);
    BOOST_TEST(body.query() == "");
  }
}

BOOST_AUTO_TEST_CASE(only_a_line_with_an_id_acknowledges) {
  using Kept = std::vector<bool>;
  BOOST_TEST((read_publish_answer("{\"id\":\"x-1\"}\n", 1) == Kept{true}));
  BOOST_TEST((read_publish_answer("{\"id\":\"x-1\"}\n{\"error\":\"no\"}\n{\"id\":\"x-2\"}\n", 3) ==
              Kept{true, false, true}));
  BOOST_TEST((read_publish_answer("{\"id\":\"x-1\"}\n{\"id\":\"x", 3) == Kept{true, false, false}));
  BOOST_TEST((read_publish_answer("{\"id\":\"\"}\n{\"id\":\"x-1\"}\n", 1) == Kept{true}));
  BOOST_TEST((read_publish_answer("", 2) == Kept{false, false}));
}

BOOST_AUTO_TEST_SUITE_END()
