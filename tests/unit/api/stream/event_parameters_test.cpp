// What GET and POST /events ask for, from the address and the body.
#include "api/stream/event_parameters.hpp"

#include <fmt/format.h>

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

using namespace worker;

namespace {

constexpr auto form_type = "application/x-www-form-urlencoded";
constexpr auto json_type = "application/json";

// `name=value` and a blank each, or the status and the sentence.
std::string asked(http::Request request, std::size_t topics_max = 100) {
  const auto found = api::event_parameters(request, topics_max);
  if (!found) {
    const auto body = nlohmann::json::parse(found.error().body);
    return fmt::format("{} {}", found.error().head.status, body.at("detail").get<std::string>());
  }
  std::string text;
  for (const auto& [name, value] : found.value().pairs()) text += name + "=" + value + " ";
  return text;
}
std::string get(const std::string& query) {
  return asked({.method = "GET", .query = http::Query::parse(query)});
}
std::string post(const std::string& body, const std::string& type, const std::string& query = {},
                 std::size_t topics_max = 100) {
  return asked({.method = "POST", .query = http::Query::parse(query), .content_type = type, .body = body},
               topics_max);
}
std::string form(const std::string& body, const std::string& query = {}) {
  return post(body, form_type, query);
}
std::string json(const std::string& body, const std::string& query = {}) {
  return post(body, json_type, query);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(event_parameters_suite)

BOOST_AUTO_TEST_CASE(the_address) {
  BOOST_TEST(get("") == "");
  BOOST_TEST(get("topic=a&topic=b/*&poll=5&heartbeat=event&Last-Event-ID=x") ==
             "topic=a topic=b/* poll=5 heartbeat=event Last-Event-ID=x ");
}

BOOST_AUTO_TEST_CASE(a_form) {
  BOOST_TEST(form("topic=a&topic=b%2F*&lastEventId=e-1&poll=5&heartbeat=event") ==
             "topic=a topic=b/* lastEventId=e-1 poll=5 heartbeat=event ");
  BOOST_TEST(post("topic=a", "Application/X-WWW-Form-Urlencoded; charset=utf-8") == "topic=a ");
}

BOOST_AUTO_TEST_CASE(an_object) {
  BOOST_TEST(
      json(R"({"topic":["a","b/*"],"lastEventId":"e-1","poll":25,"heartbeat":"event","presence":true})") ==
      "topic=a topic=b/* lastEventId=e-1 poll=25 heartbeat=event presence=true ");
  BOOST_TEST(json(R"({"presence":false})") == "presence=false ");
  BOOST_TEST(json(R"({"presence":1})") == "400 presence: has the wrong type");
  BOOST_TEST(json(R"({"topic":"a","last_event_id":"x","poll":"5"})") == "topic=a last_event_id=x poll=5 ");
  BOOST_TEST(json(R"({"template":["a/{b}","{+c}"]})") == "template=a/{b} template={+c} ");
  BOOST_TEST(json(R"({"template":"a/{b}","topic":"c"})") == "template=a/{b} topic=c ");
  BOOST_TEST(json(R"({"template":7})") == "400 template: must be a string or an array of strings");
  BOOST_TEST(json(R"({"template":[]})") == "400 template: must not be empty");
  BOOST_TEST(json("{}") == "");
  BOOST_TEST(json(R"({"topic":null,"lastEventId":null,"poll":null,"heartbeat":null})") == "");
}

BOOST_AUTO_TEST_CASE(an_object_as_curl_sends_it) {
  BOOST_TEST(form(R"({"topic":["a","b"],"poll":5})") == "topic=a topic=b poll=5 ");
  BOOST_TEST(
      form(" \n{\"topics\":\"a\"}") ==
      "400 topics: is not a member of a subscription; did you mean topic? "
      "known members: topic, template, lastEventId, poll, heartbeat, authorization, resume and presence");
  BOOST_TEST(form("[]") == "400 JSON: must be an object");
}

BOOST_AUTO_TEST_CASE(address_and_body_together) {
  BOOST_TEST(form("topic=b&lastEventId=new", "topic=a&lastEventId=old") ==
             "topic=a lastEventId=old topic=b lastEventId=new ");
  BOOST_TEST(json(R"({"topic":["b","c"]})", "topic=a&poll=5") == "topic=a poll=5 topic=b topic=c ");
}

BOOST_AUTO_TEST_CASE(an_empty_body_needs_no_type) {
  BOOST_TEST(post("", "", "topic=a") == "topic=a ");
  BOOST_TEST(post("", "text/plain", "topic=a") == "topic=a ");
}

BOOST_AUTO_TEST_CASE(a_byte_order_mark_is_passed_over) {
  BOOST_TEST(json("\xef\xbb\xbf{\"topic\":\"a\"}") == "topic=a ");
  BOOST_TEST(form("\xef\xbb\xbftopic=a") == "topic=a ");
}

BOOST_AUTO_TEST_CASE(other_bodies) {
  for (const auto* type : {"", "text/plain", "multipart/form-data; boundary=x", "application/x-ndjson"}) {
    BOOST_TEST(post("topic=a", type) ==
               "415 Content-Type: must be application/x-www-form-urlencoded or application/json");
  }
  http::Request packed{.method = "POST", .content_type = form_type, .body = "x"};
  packed.headers.emplace("content-encoding", "gzip");
  BOOST_TEST(asked(packed) == "415 Content-Encoding: gzip is not supported here; send the body uncompressed");
}

// A body of a GET means nothing (RFC 9110, section 9.3.1).
BOOST_AUTO_TEST_CASE(only_a_post_has_a_body) {
  BOOST_TEST(asked({.method = "GET", .content_type = form_type, .body = "topic=a"}) == "");
}

// --- names that are not ours ---

BOOST_AUTO_TEST_CASE(names_that_resemble_ours) {
  const std::pair<const char*, const char*> meant[] = {
      {"topics", "topic"},      {"topic[]", "topic"},         {"topic[0]", "topic"},
      {"Topic", "topic"},       {"lastevent", "lastEventId"}, {"lastEventId[]", "lastEventId"},
      {"poll[]", "poll"},       {"heartbeats", "heartbeat"},  {"templates", "template"},
      {"Template", "template"}, {"template[]", "template"}};
  for (const auto& [name, right] : meant) {
    const auto sentence = fmt::format("400 {}: is not a parameter of /events; did you mean {}?", name, right);
    BOOST_TEST(get(fmt::format("topic=a&{}=x", name)) == sentence);
    BOOST_TEST(form(fmt::format("topic=a&{}=x", name)) == sentence);
    BOOST_TEST(
        json(fmt::format(R"({{"topic":"a","{}":"x"}})", name)) ==
        fmt::format(
            "400 {}: is not a member of a subscription; did you mean {}? known members: topic, template, "
            "lastEventId, poll, heartbeat, authorization, resume and presence",
            name, right));
  }
}

BOOST_AUTO_TEST_CASE(others_are_nobodys_business_in_an_address) {
  BOOST_TEST(get("topic=a&_=123&access_token=x&=y") == "topic=a _=123 access_token=x =y ");
  BOOST_TEST(form("topic=a&access_token=x") == "topic=a access_token=x ");
  BOOST_TEST(json(R"({"topic":"a","access_token":"x"})") ==
             "400 access_token: is not a member of a subscription; known members: topic, template, "
             "lastEventId, poll, heartbeat, authorization, resume and presence");
}

BOOST_AUTO_TEST_CASE(a_cursor_that_could_be_none) {
  const std::string longest(8'192, 'x');
  BOOST_TEST(get("lastEventId=" + longest) == "lastEventId=" + longest + " ");
  BOOST_TEST(get("last-event-id=" + longest + "x") == "400 lastEventId: is over 8192 bytes");
  BOOST_TEST(json(R"({"lastEventId":")" + longest + R"(x"})") == "400 lastEventId: is over 8192 bytes");
}

// --- JSON that is refused ---

BOOST_AUTO_TEST_CASE(members_of_the_wrong_type) {
  for (const auto* value : {"1", "{}", "true", "[1]", R"(["a",["b"]])", R"(["a",null])"})
    BOOST_TEST(json(fmt::format(R"({{"topic":{}}})", value)) ==
               "400 topic: must be a string or an array of strings");
  BOOST_TEST(json(R"({"topic":[]})") == "400 topic: must not be empty");
  BOOST_TEST(json(R"({"topic":"a","poll":1.5})") == "400 poll: has the wrong type");
  BOOST_TEST(json(R"({"topic":"a","lastEventId":7})") == "400 lastEventId: has the wrong type");
  BOOST_TEST(json(R"({"topic":"a","heartbeat":true})") == "400 heartbeat: has the wrong type");
}

BOOST_AUTO_TEST_CASE(no_object) {
  for (const auto* text : {"[]", "\"a\"", "1", "null"})
    BOOST_TEST(json(text) == "400 JSON: must be an object");
  BOOST_TEST(json("{") == "400 JSON: is broken at byte 2");
  BOOST_TEST(json(R"({"topic":"a","poll":1e999})") ==
             "400 JSON: is invalid, or contains a number out of range");
  BOOST_TEST(json(std::string(1 << 20, '[')) == "400 JSON: is nested deeper than 100");
}

// --- how many ---

BOOST_AUTO_TEST_CASE(the_sum_is_bounded) {
  const auto pairs = [](std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += "topic=a&";
    return text;
  };
  const auto array = [](std::size_t count) {
    std::string text = R"({"topic":["a")";
    for (std::size_t i = 1; i < count; ++i) text += R"(,"a")";
    return text + "]}";
  };
  const std::string sentence = "400 topic: the request has more than 66 parameters";
  BOOST_TEST(post(pairs(60), form_type, pairs(6), 2).size() == 66 * 8U);
  BOOST_TEST(post(pairs(60), form_type, pairs(7), 2) == sentence);
  BOOST_TEST(post(array(60), json_type, pairs(6), 2).size() == 66 * 8U);
  BOOST_TEST(post(array(60), json_type, pairs(7), 2) == sentence);
  BOOST_TEST(post("", form_type, pairs(67), 2) == sentence);
  BOOST_TEST(post(pairs(1'000'000), form_type, {}, 2) == sentence);
}

BOOST_AUTO_TEST_SUITE_END()
