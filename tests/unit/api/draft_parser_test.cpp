// What publishers may send, field by field, and the sentence for everything they may not.
#include "api/draft_parser.hpp"

#include <fmt/format.h>

#include <boost/test/unit_test.hpp>

using namespace worker::api;
using namespace std::string_literals;

namespace {

const PublishSettings wide;

// A draft as text, or the status and the sentence.
std::string told(const DraftResult& result) {
  if (!result) return fmt::format("{} {}", result.error().status, result.error().detail);
  const auto& draft = result.value();
  std::string text;
  for (const auto& topic : draft.topics) text += "<" + topic + ">";
  text += " " + draft.event.data;
  if (!draft.event.type.empty()) text += " event=" + draft.event.type;
  if (!draft.event.id.empty()) text += " id=" + draft.event.id;
  if (draft.event.retry) text += fmt::format(" retry={}", draft.event.retry->count());
  if (!draft.key.empty()) text += " key=" + draft.key;
  if (draft.closes) text += " closes";
  if (draft.silent) text += " silent";
  return text;
}

std::string form(const std::string& body, const PublishSettings& limits = wide) {
  return told(draft_from_form(body, limits));
}
std::string json(const std::string& text, const PublishSettings& limits = wide) {
  static JsonDraftParser parser;
  const auto padded = text + std::string(JsonDraftParser::padding, '"');
  return told(parser.parse(std::string_view(padded).substr(0, text.size()), limits));
}
/// A JSON object with topic `a` and this besides.
std::string json_with(const std::string& members) { return json(R"({"topic":"a",)" + members + "}"); }

}  // namespace

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
  const auto* sentence = "is not a field; there are topic, data, event, id, retry, key and close";
  BOOST_TEST(form("topic=a&dta=x") == fmt::format("400 dta: {}", sentence));
  BOOST_TEST(form("topic=a&Data=x") == fmt::format("400 Data: {}", sentence));
  BOOST_TEST(form("topic=a&=x") == fmt::format("400 : {}", sentence));
  BOOST_TEST(form("hello") == fmt::format("400 hello: {}", sentence));
}

BOOST_AUTO_TEST_CASE(fields_given_twice) {
  for (const auto* field : {"data", "event", "id", "key"}) {
    BOOST_TEST(form(fmt::format("topic=a&{0}=x&{0}=x", field)) ==
               fmt::format("400 {}: is given twice", field));
  }
  BOOST_TEST(form("topic=a&retry=1&retry=1") == "400 retry: is given twice");
  BOOST_TEST(form("topic=a&close=1&close=0") == "400 close: is given twice");
}

BOOST_AUTO_TEST_CASE(without_a_topic) {
  BOOST_TEST(form("") == "400 topic: is missing");
  BOOST_TEST(form("data=x") == "400 topic: is missing");
  BOOST_TEST(form("topic=&data=x") == "400 topic: must not be empty");
}

BOOST_AUTO_TEST_CASE(topics_that_are_refused) {
  BOOST_TEST(form("topic=a/*") == "400 topic: a/* is a pattern; an event is published under a name");
  BOOST_TEST(form("topic=*") == "400 topic: * is a pattern; an event is published under a name");
  BOOST_TEST(form("topic=a%0ab") == "400 topic: holds a control character");
  BOOST_TEST(form("topic=%ff") == "400 topic: is not valid UTF-8");
  BOOST_TEST(form("topic=a&topic=") == "400 topic: must not be empty");
}

BOOST_AUTO_TEST_CASE(lines_with_line_ends) {
  for (const auto* field : {"event", "id", "key"}) {
    for (const auto* bad : {"%0a", "%0d", "%00", "x%0d%0ay"}) {
      BOOST_TEST(form(fmt::format("topic=a&{}=x{}", field, bad)) ==
                 fmt::format("400 {}: holds a line end or NUL", field));
    }
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

BOOST_AUTO_TEST_CASE(ids_that_would_mislead) {
  BOOST_TEST(form("topic=a&id=") == "400 id: must not be empty; leave it out and the hub makes one");
  BOOST_TEST(form("topic=a&id=%23x") == "400 id: must not begin with # nor be `earliest`");
  BOOST_TEST(form("topic=a&id=earliest") == "400 id: must not begin with # nor be `earliest`");
  BOOST_TEST(form("topic=a&id=x%23") == "<a>  id=x#");
  BOOST_TEST(form("topic=a&id=earliest1") == "<a>  id=earliest1");
}

// --- limits at their edges ---

BOOST_AUTO_TEST_CASE(how_many_topics) {
  const PublishSettings limits{.topics_max = 3};
  BOOST_TEST(form("topic=a&topic=b&topic=c", limits) == "<a><b><c> ");
  BOOST_TEST(form("topic=a&topic=b&topic=c&topic=d", limits) ==
             "400 topic: 4 are named; at most 3 are allowed");
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

BOOST_AUTO_TEST_SUITE(json_suite)

BOOST_AUTO_TEST_CASE(every_field) {
  BOOST_TEST(json(R"({"topic":"a","data":"hi","event":"t","id":"7","retry":1500,"key":"k","close":true})") ==
             "<a> hi event=t id=7 retry=1500 key=k closes");
}

BOOST_AUTO_TEST_CASE(one_topic_or_an_array) {
  BOOST_TEST(json(R"({"topic":"a"})") == "<a> ");
  BOOST_TEST(json(R"({"topic":["b","a","b"]})") == "<b><a> ");
  BOOST_TEST(json(R"({"topic":[]})") == "400 topic: is missing");
  BOOST_TEST(json("{}") == "400 topic: is missing");
  for (const auto* value : {"1", "null", "{}", "true", "[1]", R"(["a",["b"]])", R"(["a",null])"}) {
    BOOST_TEST(json(fmt::format(R"({{"topic":{}}})", value)) ==
               "400 topic: must be a string or an array of strings");
  }
}

BOOST_AUTO_TEST_CASE(data_is_a_string_as_it_is_or_compact_json) {
  BOOST_TEST(json_with(R"("data":"x\ny")") == "<a> x\ny");
  BOOST_TEST(json_with(R"("data":"{\"k\": 1}")") == "<a> {\"k\": 1}");
  BOOST_TEST(json_with(R"("data":{ "z": 1, "a": [ 1, 2.5, null, true, "\u00e4\n" ] })") ==
             R"(<a> {"z":1,"a":[1,2.5,null,true,"\u00e4\n"]})");
  // Numbers as they were spelled: what reads them may know more than doubles.
  BOOST_TEST(json_with(R"("data":{"price": 1.10, "n": 0.12345678901234567890 })") ==
             R"(<a> {"price":1.10,"n":0.12345678901234567890})");
  BOOST_TEST(json_with(R"("d\u0061ta":[ 1 ])") == "<a> [1]");
  BOOST_TEST(json_with(R"("data":null)") == "<a> null");
  BOOST_TEST(json_with(R"("data":false)") == "<a> false");
  BOOST_TEST(json_with(R"("data":-12)") == "<a> -12");
  BOOST_TEST(json_with(R"("data":[])") == "<a> []");
  BOOST_TEST(json_with(R"("data":18446744073709551615)") == "<a> 18446744073709551615");
}

BOOST_AUTO_TEST_CASE(silent_is_a_close_without_data) {
  BOOST_TEST(json_with(R"("close":true)") == "<a>  closes silent");
  BOOST_TEST(json_with(R"("close":true,"data":"")") == "<a>  closes");
  BOOST_TEST(json_with(R"("close":1,"data":null)") == "<a> null closes");
}

BOOST_AUTO_TEST_CASE(the_ways_to_say_close) {
  for (const auto* value : {"true", "1", R"("1")", R"("true")"}) {
    BOOST_TEST(json_with(fmt::format(R"("data":"x","close":{})", value)) == "<a> x closes");
  }
  for (const auto* value : {"false", "0", R"("0")", R"("false")"}) {
    BOOST_TEST(json_with(fmt::format(R"("data":"x","close":{})", value)) == "<a> x");
  }
  for (const auto* value : {"2", "-1", R"("")", R"("yes")"}) {
    BOOST_TEST(json_with(fmt::format(R"("close":{})", value)) == "400 close: must be 1 or 0");
  }
  for (const auto* value : {"1.0", "null", "[]"}) {
    BOOST_TEST(json_with(fmt::format(R"("close":{})", value)) == "400 close: has the wrong type");
  }
}

BOOST_AUTO_TEST_CASE(retries) {
  BOOST_TEST(json_with(R"("retry":0)") == "<a>  retry=0");
  BOOST_TEST(json_with(R"("retry":"20")") == "<a>  retry=20");
  BOOST_TEST(json_with(R"("retry":86400000)") == "<a>  retry=86400000");
  for (const auto* value :
       {"86400001", "-1", "18446744073709551615", "99999999999999999999", R"("")", R"("x")"}) {
    BOOST_TEST(json_with(fmt::format(R"("retry":{})", value)) ==
               "400 retry: must be milliseconds from 0 to 86400000");
  }
  for (const auto* value : {"1.5", "1e3", "null", "true", "[1]"}) {
    BOOST_TEST(json_with(fmt::format(R"("retry":{})", value)) == "400 retry: has the wrong type");
  }
}

BOOST_AUTO_TEST_CASE(fields_of_the_wrong_type) {
  for (const auto* field : {"event", "id", "key"}) {
    for (const auto* value : {"1", "null", "true", "{}", "[\"x\"]"}) {
      BOOST_TEST(json_with(fmt::format(R"("{}":{})", field, value)) ==
                 fmt::format("400 {}: has the wrong type", field));
    }
  }
}

BOOST_AUTO_TEST_CASE(names_that_are_no_fields) {
  const auto* sentence = "400 dta: is not a field; there are topic, data, event, id, retry, key and close";
  BOOST_TEST(json_with(R"("dta":"x")") == sentence);
  BOOST_TEST(json_with(R"("dta":1)") == sentence);
  BOOST_TEST(json_with(R"("dta":null)") == sentence);
}

BOOST_AUTO_TEST_CASE(escapes_cannot_smuggle_line_ends) {
  for (const auto* field : {"event", "id", "key"}) {
    for (const auto* bad : {R"(\n)", R"(\r)", R"(\u0000)", R"(x\u000dy)"}) {
      BOOST_TEST(json_with(fmt::format(R"("{}":"x{}")", field, bad)) ==
                 fmt::format("400 {}: holds a line end or NUL", field));
    }
  }
  BOOST_TEST(json(R"({"topic":"a\n"})") == "400 topic: holds a control character");
  BOOST_TEST(json_with(R"("id":"")") == "400 id: must not be empty; leave it out and the hub makes one");
}

BOOST_AUTO_TEST_CASE(text_that_is_no_json) {
  BOOST_TEST(json("") == "400 JSON: is broken at byte 1");
  BOOST_TEST(json("{") == "400 JSON: is broken at byte 2");
  BOOST_TEST(json(R"({"topic":"a",})") == "400 JSON: is broken at byte 14");
  BOOST_TEST(json(R"({"topic":"a"} x)") == "400 JSON: is broken at byte 15");
  BOOST_TEST(json(R"({'topic':'a'})") == "400 JSON: is broken at byte 2");
  BOOST_TEST(json("{\"topic\":\"\xff\"}") == "400 JSON: is broken at byte 11");
  BOOST_TEST(json("{\"topic\":\"a\nb\"}") == "400 JSON: is broken at byte 12");
  BOOST_TEST(json(R"({"topic":"\ud800"})") == "400 JSON: is broken at byte 17");
  BOOST_TEST(json(R"({"topic":"a","data":NaN})") == "400 JSON: is broken at byte 21");
  BOOST_TEST(json("{\"topic\":\"a\"}\0"s) == "400 JSON: is broken at byte 14");
}

// Well-formed JSON all the same, so its publisher must be told, not dropped.
BOOST_AUTO_TEST_CASE(numbers_no_double_holds) {
  for (const auto* number : {"1e400", "-1e400", "[1e999]"}) {
    const auto answer = json_with(fmt::format(R"("data":{})", number));
    BOOST_TEST(answer.starts_with("400 JSON: "));
  }
}

BOOST_AUTO_TEST_CASE(only_objects) {
  for (const auto* text : {"[]", "1", "null", R"("topic")", "[{}]", "true"}) {
    BOOST_TEST(json(text) == "400 JSON: must be an object");
  }
}

BOOST_AUTO_TEST_CASE(how_deep) {
  const auto nested = [](int depth) {
    const auto levels = static_cast<std::size_t>(depth - 1);  // the object is the first
    return R"({"topic":"a","data":)" + std::string(levels, '[') + std::string(levels, ']') + "}";
  };
  BOOST_TEST(json(nested(100)) == "<a> " + std::string(99, '[') + std::string(99, ']'));
  BOOST_TEST(json(nested(101)) == "400 JSON: is nested deeper than 100");
  BOOST_TEST(json(nested(102)) == "400 JSON: is nested deeper than 100");
  BOOST_TEST(json(nested(1'000'000)) == "400 JSON: is nested deeper than 100");
  BOOST_TEST(json(R"({"topic":"a","data":)" + std::string(1'000'000, '[')) ==
             "400 JSON: is nested deeper than 100");
}

BOOST_AUTO_TEST_CASE(how_large_an_event) {
  const PublishSettings limits{.event_bytes_max = 10};
  BOOST_TEST(json(R"({"topic":"a","data":"0123456789"})", limits) == "<a> 0123456789");
  BOOST_TEST(json(R"({"topic":"a","data":"0123456789x"})", limits) == "413 data: the event is over 10 bytes");
  BOOST_TEST(json(R"({"topic":"a","data":[ 1, 2, 34, 5 ]})", limits) == "<a> [1,2,34,5]");
  BOOST_TEST(json(R"({"topic":"a","data":[1,2,34,56]})", limits) == "413 data: the event is over 10 bytes");
}

BOOST_AUTO_TEST_CASE(how_many_topics) {
  const PublishSettings limits{.topics_max = 2};
  BOOST_TEST(json(R"({"topic":["a","b"]})", limits) == "<a><b> ");
  BOOST_TEST(json(R"({"topic":["a","b","a"]})", limits) == "400 topic: 3 are named; at most 2 are allowed");
}

BOOST_AUTO_TEST_CASE(a_field_given_twice) {
  BOOST_TEST(json_with(R"("data":"x","data":"y")") == "400 data: is given twice");
}

BOOST_AUTO_TEST_SUITE_END()
