// What Mercure publishers may send, field by field, and the sentence for everything they may not.
#include "api/mercure/mercure_form.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "unit/api/publish/drafts.hpp"

using worker::support::told;
using worker::support::wide;

namespace {

const auto hub = *worker::log::TopicUrl::parse("https://hub.example.com/.well-known/mercure", nullptr);

std::string update(const std::string& body, const worker::api::PublishSettings& limits = wide) {
  return told(worker::api::draft_from_mercure_form(body, limits, hub));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(mercure_form_suite)

BOOST_AUTO_TEST_CASE(every_field) {
  BOOST_TEST(update("topic=a&topic=b&data=hi&type=t&id=urn%3A7&retry=1500&private=on") ==
             "<a><b> hi event=t id=urn:7 retry=1500 private");
  BOOST_TEST(update("topic=a") == "<a> ");
}

BOOST_AUTO_TEST_CASE(private_counts_whatever_its_value) {
  for (const auto* value : {"private", "private=", "private=0", "private=false"})
    BOOST_TEST(update(std::string("topic=a&") + value) == "<a>  private", value);
}

BOOST_AUTO_TEST_CASE(the_first_of_several_counts_and_empty_ones_are_left_out) {
  BOOST_TEST(update("topic=a&data=1&data=2&id=x&id=y&type=s&type=t&private=&private=") ==
             "<a> 1 event=s id=x private");
  BOOST_TEST(update("topic=a&data=&id=&type=&retry=") == "<a> ");
}

BOOST_AUTO_TEST_CASE(other_fields_mean_nothing) {
  BOOST_TEST(update("topic=a&data=x&close=1&key=k&event=e&unknown=1") == "<a> x");
}

BOOST_AUTO_TEST_CASE(characters_that_are_not_seen) {
  for (const auto* field : {"topic", "id", "type"}) {
    const auto name = std::string(field);
    BOOST_TEST(update("topic=a&" + name + "=a%E2%80%8Bb") ==
               "400 " + name +
                   ": contains a character that formats text and is not seen (Unicode's category Cf)");
    // C0, DEL and C1.
    for (const auto* byte : {"%00", "%1F", "%7F", "%C2%80", "%C2%9F"})
      BOOST_TEST(update("topic=a&" + name + "=a" + byte) == "400 " + name + ": contains a control character");
    BOOST_TEST(update("topic=a&" + name + "=%E2%80") == "400 " + name + ": is not valid UTF-8");
  }
  BOOST_TEST(update("topic=a&data=%E2%80%8B") == "<a> \u200b");
}

BOOST_AUTO_TEST_CASE(topics_of_the_hub_in_any_spelling) {
  for (const auto* topic : {"mercure", "mercure/subscriptions/a", "%23x", "%3Fx", "./mercure"})
    BOOST_TEST(
        update(std::string("topic=a&topic=") + topic)
            .ends_with("is reserved: resolved against the address of the hub (mercure.url) it is one of the "
                       "hub's own"),
        topic);
  BOOST_TEST(update("topic=mercure2") == "<mercure2> ");
}

BOOST_AUTO_TEST_CASE(refusals) {
  BOOST_TEST(update("data=x") == "400 topic: is missing");
  BOOST_TEST(update("topic=") == "400 topic: must not be empty");
  BOOST_TEST(update("topic=a&id=%23x") == "400 id: must not begin with # nor be `earliest`");
  BOOST_TEST(update("topic=a&id=earliest") == "400 id: must not begin with # nor be `earliest`");
  BOOST_TEST(update("topic=a&type=a%0Ab") == "400 type: contains a control character");
  BOOST_TEST(update("topic=a&retry=1.5") == "400 retry: must be milliseconds from 0 to 86400000");
  BOOST_TEST(update("topic=/.well-known/mercure/subscriptions/a/b") ==
             "400 topic: /.well-known/mercure/subscriptions/a/b is reserved: names that contain "
             "/.well-known/mercure belong to the worker");
  BOOST_TEST(update("topic=a&topic=b", {.topics_max = 1}) == "413 topic: 2 given, at most 1 are allowed");
  BOOST_TEST(update("topic=abc", {.topic_bytes_max = 2}) == "413 topic: has 3 bytes; at most 2 are allowed");
  for (const auto* field : {"id", "type"})
    BOOST_TEST(update("topic=a&" + std::string(field) + "=" + std::string(1'025, 'x')) ==
               "413 " + std::string(field) + ": is over 1024 bytes");
  BOOST_TEST(update("topic=a&type=mercure") == "400 type: mercure is reserved: the hub itself sends it");
}

BOOST_AUTO_TEST_SUITE_END()
