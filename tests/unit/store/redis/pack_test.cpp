// Events to the text of a pack and back; texts that are none.
#include "store/redis/pack.hpp"

#include <fmt/format.h>

#include <boost/test/unit_test.hpp>
#include <string>

#include "store/redis/pack_builder.hpp"
#include "support/drafts.hpp"

using namespace worker::log;
using namespace worker::store;
using namespace worker::support;

namespace {

template <std::size_t size>
std::string bytes(const char (&text)[size]) {
  return {text, size - 1};
}

/// Topics, id, key, flags and frame of each event; `none` if it is no pack.
std::string told(const std::string& text) {
  const auto pack = RedisPack::read(text);
  if (!pack) return "none";
  std::string told;
  for (const auto& event : pack->events()) {
    for (const auto topic : pack->topics_of(event)) told += std::string(topic) + ",";
    told +=
        fmt::format(" id={} key={}{}{} ", event.id, event.key, event.has(RedisPack::closes) ? " closes" : "",
                    event.has(RedisPack::is_private) ? " private" : "");
    std::string frame;
    event.append_frame(frame);
    told += frame + ";";
  }
  return told;
}

struct Fixture {
  void add(const Draft& draft, const std::string& id = "") { BOOST_TEST(builder.add(draft, id)); }
  PackBuilder builder;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(redis_pack, Fixture)

// Formats that installations have stay readable: these bytes never change.
BOOST_AUTO_TEST_CASE(exact_bytes) {
  add(draft("a b", "x"), "i");
  add(draft_with_key("a", "k", "y"));
  add(privately(draft("a b", "two\nlines")));
  add(closing("c"));
  add(draft("a", std::string(200, 'z')));
  const auto pack = builder.take();
  BOOST_TEST(pack.events == 5U);
  BOOST_TEST(!pack.is_plain);
  BOOST_TEST(pack.text == bytes("\1\0\5\3\3a\nb\1a\1c") + bytes("\5\3\0\1ix") + bytes("\5\5\1\1ky") +
                              bytes("\x18\x10\0"
                                    "data: two\ndata: lines\n") +
                              bytes("\2\x9\2") + bytes("\xca\1\1\1") + std::string(200, 'z'));
  BOOST_TEST(told(pack.text) ==
             "a,b, id=i key= data: x\n;a, id= key=k data: y\n;"
             "a,b, id= key= private data: two\ndata: lines\n;c, id= key= closes data: \n;"
             "a, id= key= data: " +
                 std::string(200, 'z') + "\n;");
}

// Every form that an event can have.
BOOST_AUTO_TEST_CASE(frames_come_back) {
  for (const std::string data : {"", "x", "\n", "a\r\nb", "a\rb", "data: x", "ü\0z"}) {
    for (const std::string type : {"", "t"}) {
      for (const bool with_retry : {false, true}) {
        auto made = draft("a", data);
        made.event.type = type;
        if (with_retry) made.event.retry = std::chrono::milliseconds(5);
        const auto frame = frame_of(made);
        PackBuilder each;
        each.add(made, "");
        BOOST_TEST(told(each.take().text) == "a, id= key= " + frame + ";");
      }
    }
  }
  Draft silent{.topics = {"a"}, .silent = true};
  add(silent, "i");
  BOOST_TEST(told(builder.take().text) == "a, id=i key= ;");
}

BOOST_AUTO_TEST_CASE(plain_packs_have_nothing_to_look_up) {
  const auto is_plain = [&](const Draft& draft, const std::string& id) {
    add(worker::support::draft("a", "x"));
    add(draft, id);
    add(worker::support::draft("a", "x"));
    return builder.take().is_plain;
  };
  BOOST_TEST(is_plain(draft("a", "x"), ""));
  BOOST_TEST(is_plain(privately(draft_with_key("a b", "k", "x")), ""));
  BOOST_TEST(!is_plain(draft("a", "x"), "i"));
  BOOST_TEST(!is_plain(closing("a"), ""));
  BOOST_TEST(is_plain(draft("a", "x"), ""));  // the builder begins anew
}

BOOST_AUTO_TEST_CASE(a_bound_of_events) {
  for (std::size_t i = 0; i < PackBuilder::events_max; ++i) add(draft("a", "x"));
  BOOST_TEST(!builder.add(draft("a", "x"), ""));
  const auto pack = builder.take();
  BOOST_TEST(pack.events == PackBuilder::events_max);
  BOOST_TEST(RedisPack::read(pack.text)->events().size() == PackBuilder::events_max);
  BOOST_TEST(builder.empty());
  add(draft("a", "x"));
}

BOOST_AUTO_TEST_CASE(a_bound_of_bytes) {
  const auto large = draft("a", std::string(2 * PackBuilder::bytes_max, 'x'));
  add(large);
  BOOST_TEST(!builder.add(draft("a", "x"), ""));
  BOOST_TEST(told(builder.take().text).size() > 2 * PackBuilder::bytes_max);
  // Topics count as well.
  std::size_t events = 0;
  while (builder.add(draft(fmt::format("{}-{}", std::string(500, 't'), events), "x"), "")) ++events;
  BOOST_TEST(builder.size_bytes() <= PackBuilder::bytes_max);
  BOOST_TEST(builder.size_bytes() > PackBuilder::bytes_max - 520);
  BOOST_TEST(builder.take().events == events);
  BOOST_TEST(events == 31U);
}

BOOST_AUTO_TEST_CASE(topics_that_were_there_before_come_once) {
  for (const auto* topics : {"a", "b", "a", "a b", "a"}) add(draft(topics, "x"));
  const auto pack = builder.take();
  BOOST_TEST(told(pack.text) ==
             "a, id= key= data: x\n;b, id= key= data: x\n;a, id= key= data: x\n;"
             "a,b, id= key= data: x\n;a, id= key= data: x\n;");
  BOOST_TEST(pack.text.substr(3, 1) == bytes("\3"));
}

// --- texts that are no packs ---

BOOST_AUTO_TEST_CASE(every_shorter_text) {
  add(draft("a b", "x"), "i");
  add(draft_with_key("c", "k", std::string(300, 'y')));
  const auto text = builder.take().text;
  for (std::size_t size = 0; size < text.size(); ++size) BOOST_TEST(told(text.substr(0, size)) == "none");
  BOOST_TEST(told(text + "x") == "none");
}

// Whatever a byte is: it is a pack or none, and nothing beyond the text is read.
BOOST_AUTO_TEST_CASE(every_other_byte) {
  add(draft("a b", "x"), "i");
  add(draft_with_key("c", "k", "y"));
  const auto text = builder.take().text;
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (int value = 0; value < 256; ++value) {
      auto other = text;
      other[at] = static_cast<char>(value);
      const auto said = told(other);
      if (at < 4 && other != text) BOOST_TEST(said == "none");
    }
  }
}

BOOST_AUTO_TEST_CASE(parts_that_cannot_be) {
  for (const auto& text : {
           bytes("\1\0\0\1\1a"),                          // no event
           bytes("\1\0\1\0\3\1\0x"),                      // no topics
           bytes("\1\0\1\1\0\3\1\0x"),                    // an empty set
           bytes("\1\0\1\1\2a\n\3\1\0x"),                 // an empty topic
           bytes("\1\0\1\1\1a\3\1\1x"),                   // a set that is none
           bytes("\1\0\1\1\1a\0"),                        // an event without flags
           bytes("\1\0\1\1\1a\3\3\0\2"),                  // an id beyond its event
           bytes("\1\xff\xff\1\1a\3\1\0x"),               // more events than bytes
           bytes("\1\0\1\xff\xff\xff\xff\xf\1a\3\1\0x"),  // more sets than bytes
           bytes("\1\0\1\1\xff\xff\xff\xff\xff\1a"),      // a number without an end
       })
    BOOST_TEST(told(text) == "none");
  BOOST_TEST(told(bytes("\1\0\1\1\1a\3\1\0x")) == "a, id= key= data: x\n;");
}

BOOST_AUTO_TEST_CASE(later_versions_are_told_apart) {
  BOOST_TEST(told(bytes("\2\0\1\1\1a\3\1\0x")) == "none");
  BOOST_TEST(RedisPack::is_later("\2"));
  BOOST_TEST(!RedisPack::is_later("\1"));
  BOOST_TEST(!RedisPack::is_later(""));
}

BOOST_AUTO_TEST_SUITE_END()
