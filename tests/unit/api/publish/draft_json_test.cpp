// What publishers may send as JSON, and the sentence for everything they may not.
#include <boost/test/unit_test.hpp>

#include "unit/api/publish/drafts.hpp"

using namespace worker::support;
using namespace std::string_literals;

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
  BOOST_TEST(json(R"({"topic":null})") == "400 topic: is missing");
  for (const auto* value : {"1", "{}", "true", "[1]", R"(["a",["b"]])", R"(["a",null])"}) {
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
  for (const auto* value : {"1.0", "[]"}) {
    BOOST_TEST(json_with(fmt::format(R"("close":{})", value)) == "400 close: has the wrong type");
  }
}

BOOST_AUTO_TEST_CASE(the_ways_to_say_private) {
  for (const auto* value : {"true", "1", R"("1")", R"("true")"}) {
    BOOST_TEST(json_with(fmt::format(R"("data":"x","private":{})", value)) == "<a> x private");
  }
  for (const auto* value : {"false", "0", R"("0")", R"("false")"}) {
    BOOST_TEST(json_with(fmt::format(R"("data":"x","private":{})", value)) == "<a> x");
  }
  for (const auto* value : {"2", "-1", R"("")", R"("yes")", R"("TRUE")"}) {
    BOOST_TEST(json_with(fmt::format(R"("private":{})", value)) == "400 private: must be 1 or 0");
  }
  for (const auto* value : {"1.0", "[]", "{}"}) {
    BOOST_TEST(json_with(fmt::format(R"("private":{})", value)) == "400 private: has the wrong type");
  }
  BOOST_TEST(json_with(R"("private":true,"private":false)") == "400 private: is given twice");
  // Numbers that no 64 bits hold are parsed in another way.
  BOOST_TEST(json_with(R"("data":1e400,"private":1)") == "<a> 1e400 private");
  BOOST_TEST(json_with(R"("data":1e400,"private":true)") == "<a> 1e400 private");
  BOOST_TEST(json_with(R"("data":1e400,"private":2)") == "400 private: must be 1 or 0");
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
  for (const auto* value : {"1.5", "1e3", "true", "[1]"}) {
    BOOST_TEST(json_with(fmt::format(R"("retry":{})", value)) == "400 retry: has the wrong type");
  }
}

BOOST_AUTO_TEST_CASE(fields_of_the_wrong_type) {
  for (const auto* field : {"event", "id", "key"}) {
    for (const auto* value : {"1", "true", "{}", "[\"x\"]"}) {
      BOOST_TEST(json_with(fmt::format(R"("{}":{})", field, value)) ==
                 fmt::format("400 {}: has the wrong type", field));
    }
  }
}

// Serializers write all members of a struct. As data, null is a value like any other.
BOOST_AUTO_TEST_CASE(null_is_as_good_as_nothing) {
  BOOST_TEST(
      json(
          R"({"topic":"a","event":null,"id":null,"retry":null,"key":null,"close":null,"private":null,"data":"x"})") ==
      "<a> x");
  BOOST_TEST(json_with(R"("id":null,"id":"x")") == "<a>  id=x");
  BOOST_TEST(json_with(R"("data":null)") == "<a> null");
}

BOOST_AUTO_TEST_CASE(names_that_are_no_fields) {
  const auto* sentence =
      "400 dta: is not a field; did you mean data? known fields: topic, data, event, id, retry, key, "
      "close and private";
  BOOST_TEST(
      json(R"({"topics":["a"],"data":"x"})") ==
      "400 topics: is not a field; did you mean topic? known fields: topic, data, event, id, retry, key, "
      "close and private");
  BOOST_TEST(json_with(R"("dta":"x")") == sentence);
  BOOST_TEST(json_with(R"("dta":1)") == sentence);
  BOOST_TEST(json_with(R"("dta":null)") == sentence);
}

BOOST_AUTO_TEST_CASE(escapes_cannot_smuggle_line_ends) {
  for (const auto* field : {"event", "id", "key"}) {
    for (const auto* bad : {R"(\n)", R"(\r)", R"(\u0000)", R"(x\u000dy)"}) {
      BOOST_TEST(json_with(fmt::format(R"("{}":"x{}")", field, bad)) ==
                 fmt::format("400 {}: contains a control character", field));
    }
  }
  BOOST_TEST(json(R"({"topic":"a\n"})") == "400 topic: contains a control character");
  BOOST_TEST(json_with(R"("id":"")") ==
             "400 id: must not be empty; leave it out and the worker generates one");
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

// JSON sets no bounds to them (RFC 8259, section 6), and to us they are text.
BOOST_AUTO_TEST_CASE(numbers_that_no_64_bits_hold) {
  for (const auto* number : {"1e400", "-1E+400", "[1e999]", "18446744073709551616", "-9223372036854775809",
                             R"({"n":[0.1,12345678901234567890123]})"}) {
    BOOST_TEST(json_with(fmt::format(R"("data":{})", number)) == fmt::format("<a> {}", number));
  }
  BOOST_TEST(
      json_with(
          R"("data":{ "n" : 1e400 , "s":"1e400 \"2\"", "m":[ -0.0, 1.10 ] },"retry":1500,"close":true)") ==
      R"(<a> {"n":1e400,"s":"1e400 \"2\"","m":[-0.0,1.10]} retry=1500 closes)");
  BOOST_TEST(json_with(R"("data":1e400,"close":1)") == "<a> 1e400 closes");
  BOOST_TEST(json_with(R"("data":1e400,"close":2)") == "400 close: must be 1 or 0");
  BOOST_TEST(json_with(R"("data":1e400,"id":7)") == "400 id: has the wrong type");
  BOOST_TEST(json_with("\"data\":" + std::string(100'000, '9')) == "<a> " + std::string(100'000, '9'));
}

BOOST_AUTO_TEST_CASE(what_only_looks_like_a_number_is_broken) {
  for (const auto* number :
       {"01", "1.", ".5", "+1", "1e", "--1", "0x10", "1.5.5", "1e5e5", "1_0", "Infinity", "-"}) {
    BOOST_TEST(
        json_with(fmt::format(R"("data":[1e400,{}])", number)).starts_with("400 JSON: is broken at byte "),
        number);
  }
  BOOST_TEST(json(R"({"topic":"a","data":1e400,"data":2})") == "400 data: is given twice");
  BOOST_TEST(json(R"({"topic":"a","data":1e400)") == "400 JSON: is broken at byte 26");
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
  BOOST_TEST(json(R"({"topic":["a","b","a"]})", limits) == "400 topic: 3 given, at most 2 are allowed");
}

BOOST_AUTO_TEST_CASE(a_field_given_twice) {
  BOOST_TEST(json_with(R"("data":"x","data":"y")") == "400 data: is given twice");
}

BOOST_AUTO_TEST_SUITE_END()
