// What publishers may send as a form, field by field, and the sentence for everything they may not.
#include <boost/test/unit_test.hpp>

#include "unit/api/publish/drafts.hpp"

using namespace worker::support;
using namespace std::string_literals;

BOOST_AUTO_TEST_SUITE(form_suite)

BOOST_AUTO_TEST_CASE(every_field) {
  BOOST_TEST(form("topic=a&data=hi&event=t&id=7&retry=1500&key=k&close=1") ==
             "<a> hi event=t id=7 retry=1500 key=k closes");
}

BOOST_AUTO_TEST_CASE(only_a_topic) {
  BOOST_TEST(form("topic=a") == "<a> ");
  BOOST_TEST(form("topic=a&data=") == "<a> ");
}

BOOST_AUTO_TEST_CASE(topics_repeat_and_count_once) {
  BOOST_TEST(form("topic=b&topic=a&data=x&topic=b") == "<b><a> x");
}

BOOST_AUTO_TEST_CASE(data_may_be_anything) {
  BOOST_TEST(form("topic=a&data=a%26b%3Dc+d%2B%0d%0a%0Aevent:%20close") == "<a> a&b=c d+\r\n\nevent: close");
  BOOST_TEST(form("topic=a&data=x%00y") == "<a> x\0y"s);
  BOOST_TEST(form("topic=a&data=%F0%9F%8C%8D") == "<a> \xf0\x9f\x8c\x8d");
}

BOOST_AUTO_TEST_CASE(silent_is_a_close_without_data) {
  BOOST_TEST(form("topic=a&close=1") == "<a>  closes silent");
  BOOST_TEST(form("topic=a&close=1&data=") == "<a>  closes");
  BOOST_TEST(form("topic=a&close=0") == "<a> ");
}

BOOST_AUTO_TEST_CASE(the_ways_to_say_close) {
  BOOST_TEST(form("topic=a&data=x&close=true") == "<a> x closes");
  BOOST_TEST(form("topic=a&data=x&close=false") == "<a> x");
  for (const auto* value : {"", "yes", "2", "TRUE", " 1", "01"}) {
    BOOST_TEST(form(fmt::format("topic=a&close={}", value)) == "400 close: must be 1 or 0");
  }
}

BOOST_AUTO_TEST_CASE(the_ways_to_say_private) {
  for (const auto* value : {"1", "true"})
    BOOST_TEST(form(fmt::format("topic=a&data=x&private={}", value)) == "<a> x private");
  for (const auto* value : {"0", "false"})
    BOOST_TEST(form(fmt::format("topic=a&data=x&private={}", value)) == "<a> x");
  for (const auto* value : {"", "yes", "on", "2", "TRUE", " 1", "01"})
    BOOST_TEST(form(fmt::format("topic=a&data=x&private={}", value)) == "400 private: must be 1 or 0");
  BOOST_TEST(form("topic=a&close=1&private=1") == "<a>  closes silent private");
}

BOOST_AUTO_TEST_CASE(retries) {
  BOOST_TEST(form("topic=a&retry=0") == "<a>  retry=0");
  BOOST_TEST(form("topic=a&retry=86400000") == "<a>  retry=86400000");
  for (const auto* value :
       {"", "86400001", "-1", "1.5", "1s", "+1", "%201", "1%20", "0x1", "99999999999999999999"}) {
    BOOST_TEST(form(fmt::format("topic=a&retry={}", value)) ==
               "400 retry: must be milliseconds from 0 to 86400000");
  }
}

BOOST_AUTO_TEST_CASE(names_that_are_no_fields) {
  const auto* fields = "known fields: topic, data, event, id, retry, key, close and private";
  BOOST_TEST(form("topic=a&=x") == fmt::format("400 : is not a field; {}", fields));
  BOOST_TEST(form("hello") == fmt::format("400 hello: is not a field; {}", fields));
  const std::pair<const char*, const char*> meant[] = {
      {"dta", "data"},     {"Data", "data"},       {"DATA", "data"},      {"data[k]", "data"},
      {"Topic", "topic"},  {"topics", "topic"},    {"topic[]", "topic"},  {"events", "event"},
      {"ids", "id"},       {"ID", "id"},           {"topic[0]", "topic"}, {"topic%5B1%5D", "topic"},
      {"closed", "close"}, {"Private", "private"}, {"privat", "private"}};
  for (const auto& [name, right] : meant) {
    BOOST_TEST(form(fmt::format("topic=a&{}=x", name)) ==
               fmt::format("400 {}: is not a field; did you mean {}? {}",
                           name == std::string("topic%5B1%5D") ? "topic[1]" : name, right, fields));
  }
}

// One line that a terminal and a log can show, whatever was sent.
BOOST_AUTO_TEST_CASE(names_are_quoted_so_that_they_can_be_read) {
  const auto* sentence =
      "is not a field; known fields: topic, data, event, id, retry, key, close and private";
  BOOST_TEST(form("topic=a&x%00y=1") == fmt::format("400 x\\x00y: {}", sentence));
  BOOST_TEST(form("topic=a&%1f%8b=1") == fmt::format("400 \\x1f\\x8b: {}", sentence));
  BOOST_TEST(form("topic=x%c2%a0%ff/*") == "400 topic: is not valid UTF-8");
  BOOST_TEST(form("topic=%e2%80%aex/*") ==
             "400 topic: \\u202ex/* is a pattern; an event is published under a name");
  BOOST_TEST(form("topic=" + std::string(1'000, 'x') + "/*").size() < 200U);
}

BOOST_AUTO_TEST_CASE(fields_given_twice) {
  for (const auto* field : {"data", "event", "id", "key"}) {
    BOOST_TEST(form(fmt::format("topic=a&{0}=x&{0}=x", field)) ==
               fmt::format("400 {}: is given twice", field));
  }
  BOOST_TEST(form("topic=a&retry=1&retry=1") == "400 retry: is given twice");
  BOOST_TEST(form("topic=a&close=1&close=0") == "400 close: is given twice");
  BOOST_TEST(form("topic=a&private=0&private=1") == "400 private: is given twice");
}

BOOST_AUTO_TEST_CASE(without_a_topic) {
  BOOST_TEST(form("") == "400 topic: is missing");
  BOOST_TEST(form("data=x") == "400 topic: is missing");
  BOOST_TEST(form("topic=&data=x") == "400 topic: must not be empty");
}

BOOST_AUTO_TEST_CASE(topics_that_are_refused) {
  BOOST_TEST(form("topic=a/*") == "400 topic: a/* is a pattern; an event is published under a name");
  BOOST_TEST(form("topic=*") == "400 topic: * is a pattern; an event is published under a name");
  BOOST_TEST(form("topic=a%0ab") == "400 topic: contains a control character");
  BOOST_TEST(form("topic=%ff") == "400 topic: is not valid UTF-8");
  BOOST_TEST(form("topic=a&topic=") == "400 topic: must not be empty");
}

BOOST_AUTO_TEST_CASE(lines_with_control_characters) {
  for (const auto* field : {"event", "id", "key"}) {
    for (const auto* bad :
         {"%0a", "%0d", "%00", "x%0d%0ay", "%01", "%09y", "%1b", "%7f", "%c2%80", "%c2%85y", "%c2%9f"}) {
      BOOST_TEST(form(fmt::format("topic=a&{}=x{}", field, bad)) ==
                 fmt::format("400 {}: contains a control character", field));
    }
    BOOST_TEST(form(fmt::format("topic=a&{}=%c2%a0", field))
                   .starts_with(field == std::string("id") ? "400" : "<a>"));
    BOOST_TEST(form(fmt::format("topic=a&{}=%c0%80", field)) ==
               fmt::format("400 {}: is not valid UTF-8", field));
  }
  BOOST_TEST(form("topic=a&data=%ed%a0%80") == "400 data: is not valid UTF-8");
}

BOOST_AUTO_TEST_CASE(the_longest_lines) {
  for (const auto* field : {"event", "id", "key"}) {
    const auto body = [&](std::size_t size) {
      return fmt::format("topic=a&{}={}", field, std::string(size, 'x'));
    };
    BOOST_TEST(form(body(1'024)) == fmt::format("<a>  {}={}", field, std::string(1'024, 'x')));
    BOOST_TEST(form(body(1'025)) == fmt::format("400 {}: is over 1024 bytes", field));
  }
}

// Headers drop them on the way back: the client would get a gap, and everything again.
BOOST_AUTO_TEST_CASE(ids_with_blanks_at_an_end) {
  for (const auto* blank :
       {"%20", "+", "%c2%a0", "%e1%9a%80", "%e2%80%80", "%e2%80%a8", "%e3%80%80", "%ef%bb%bf"}) {
    for (const auto* id : {"{0}x", "x{0}", "{0}", "{0}x{0}"}) {
      BOOST_TEST(form("topic=a&id=" + fmt::format(fmt::runtime(id), blank)) ==
                 "400 id: must not begin or end with white space; HTTP headers drop it");
    }
  }
  BOOST_TEST(form("topic=a&id=x+y") == "<a>  id=x y");
  BOOST_TEST(form("topic=a&id=%c3%a0") == "<a>  id=\xc3\xa0");
  BOOST_TEST(form("topic=a&event=+t+&key=+k+") == "<a>  event= t  key= k ");
}

BOOST_AUTO_TEST_CASE(types_that_the_worker_itself_sends) {
  for (const auto* type : {"gap", "close", "heartbeat", "expired", "resume"}) {
    const auto body = fmt::format("topic=a&event={}", type);
    BOOST_TEST(
        form(body) ==
        fmt::format("400 event: {} is reserved: the worker itself sends gap, close, heartbeat, expired, "
                    "resume, stopped; choose another type, or allow them with publish.reserved_types",
                    type));
    BOOST_TEST(json(fmt::format(R"({{"topic":"a","event":"{}"}})", type)).starts_with("400 event: "));
    const PublishSettings allowed{.reserved_types = PublishSettings::ReservedTypes::allow};
    BOOST_TEST(form(body, allowed) == fmt::format("<a>  event={}", type));
  }
  for (const auto* type : {"open", "error", "message", "Close", "gaps", "close ", ""}) {
    BOOST_TEST(form(fmt::format("topic=a&event={}", type)).starts_with("<a>"));
  }
}

BOOST_AUTO_TEST_CASE(ids_that_would_mislead) {
  BOOST_TEST(form("topic=a&id=") == "400 id: must not be empty; leave it out and the worker generates one");
  BOOST_TEST(form("topic=a&id=%23x") == "400 id: must not begin with # nor be `earliest`");
  BOOST_TEST(form("topic=a&id=earliest") == "400 id: must not begin with # nor be `earliest`");
  BOOST_TEST(form("topic=a&id=x%23") == "<a>  id=x#");
  BOOST_TEST(form("topic=a&id=earliest1") == "<a>  id=earliest1");
}

// --- limits at their edges ---

BOOST_AUTO_TEST_CASE(how_many_topics) {
  const PublishSettings limits{.topics_max = 3};
  BOOST_TEST(form("topic=a&topic=b&topic=c", limits) == "<a><b><c> ");
  BOOST_TEST(form("topic=a&topic=b&topic=c&topic=d", limits) == "400 topic: 4 given, at most 3 are allowed");
}

BOOST_AUTO_TEST_CASE(how_long_a_topic) {
  const PublishSettings limits{.topic_bytes_max = 4};
  BOOST_TEST(form("topic=abcd", limits) == "<abcd> ");
  BOOST_TEST(form("topic=abcde", limits) == "400 topic: has 5 bytes; at most 4 are allowed");
}

BOOST_AUTO_TEST_CASE(how_large_an_event) {
  const PublishSettings limits{.event_bytes_max = 10};
  BOOST_TEST(form("topic=a&data=0123456789", limits) == "<a> 0123456789");
  BOOST_TEST(form("topic=a&data=01234567890", limits) == "413 data: the event is over 10 bytes");
  BOOST_TEST(form("topic=a&data=012345&event=ab&id=cd", limits) == "<a> 012345 event=ab id=cd");
  BOOST_TEST(form("topic=a&data=012345&event=ab&id=cde", limits) == "413 data: the event is over 10 bytes");
  BOOST_TEST(form("topic=longer than ten bytes&key=also longer than that&data=x", limits) ==
             "<longer than ten bytes> x key=also longer than that");
}

BOOST_AUTO_TEST_SUITE_END()
