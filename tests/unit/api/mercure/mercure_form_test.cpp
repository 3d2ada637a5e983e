// What Mercure publishers may send, field by field, and the sentence for everything they may not.
#include "api/mercure/mercure_form.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "unit/api/publish/drafts.hpp"

using worker::support::told;
using worker::support::wide;

namespace {

std::string update(const std::string& body, const worker::api::PublishSettings& limits = wide) {
  return told(worker::api::draft_from_mercure_form(body, limits));
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
  BOOST_TEST(update("topic=a&topic=b", {.topics_max = 1}) == "400 topic: 2 given, at most 1 are allowed");
}

BOOST_AUTO_TEST_SUITE_END()
