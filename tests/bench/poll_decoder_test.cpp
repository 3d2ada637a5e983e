// Answers to long polls, in every split.
#include "poll_decoder.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "every_split.hpp"

using namespace sse::bench;

namespace {

using Shown = std::vector<std::string>;

void check(std::string_view text, const Shown& expected) {
  for_every_split(text, [&](std::vector<std::string> parts) {
    PollDecoder decoder;
    for (std::string& part : parts) {
      decoder.feed(part);
      part.assign(part.size(), '#');
      BOOST_REQUIRE(decoder.next() == nullptr);
    }
    BOOST_REQUIRE_EQUAL(decoder.mid_frame(), !text.empty());
    BOOST_REQUIRE_EQUAL(decoder.finish(), !expected.empty());
    Shown frames;
    while (const Frame* frame = decoder.next()) {
      frames.push_back(std::string(frame->id) + '|' + (frame->has_data ? std::string(frame->data) : "-"));
    }
    BOOST_REQUIRE_EQUAL_COLLECTIONS(frames.begin(), frames.end(), expected.begin(), expected.end());
    BOOST_REQUIRE(!decoder.mid_frame());
  });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(polls)

BOOST_AUTO_TEST_CASE(events_then_the_cursor) {
  check(R"({"events":[{"id":"1","data":"a"},{"id":"2","data":""}],"lastEventId":"2"})", {"1|a", "2|", "2|-"});
  check(R"({"lastEventId":"7","events":[]})", {"7|-"});
}

BOOST_AUTO_TEST_CASE(what_is_no_answer) {
  for (const char* text : {"", "{}", "[]", R"({"events":[])", R"({"events":[]})", R"({"lastEventId":"1"})",
                           R"({"events":{},"lastEventId":"1"})", R"({"events":[],"lastEventId":1})",
                           R"({"events":[{"id":"1"}],"lastEventId":"1"})"}) {
    check(text, {});
  }
}

BOOST_AUTO_TEST_CASE(one_answer_after_the_other) {
  PollDecoder decoder;
  for (const char* text :
       {R"({"events":[{"id":"1","data":"a"}],"lastEventId":"1"})", R"({"events":[],"lastEventId":"2"})"}) {
    decoder.feed(text);
    BOOST_TEST(decoder.finish());
    std::string last;
    while (const Frame* frame = decoder.next()) last = frame->id;
    BOOST_TEST(last == (text[11] == '{' ? "1" : "2"));
  }
}

BOOST_AUTO_TEST_SUITE_END()
