// What Mercure subscribers ask for, in the names of both versions.
#include "api/mercure/mercure_topics.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

namespace {

std::string asked(const std::string& query) {
  const auto parameters = worker::http::Query::parse(query);
  const auto topics = worker::api::mercure_topics(parameters);
  if (!topics) return topics.error();
  std::string text;
  for (const auto& [kind, selector] : topics.value()) {
    using Kind = worker::log::TypedSelector::Kind;
    text += kind == Kind::exact ? " =" : kind == Kind::url_pattern ? " url:" : " ";
    text += selector;
  }
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(mercure_topics_suite)

BOOST_AUTO_TEST_CASE(names_of_both_versions) {
  BOOST_TEST(asked("topic=a&lastEventID=1&topic=b&authorization=t") == " a b");
  BOOST_TEST(asked("match=a&topic=b&match_exact=*") == " =a b =*");
  BOOST_TEST(asked("match_urlpattern=/books/:id&topic=b") == " url:/books/:id b");
}

BOOST_AUTO_TEST_CASE(refusals) {
  BOOST_TEST(asked("") == "topic: is missing");
  BOOST_TEST(asked("Topic=a") == "topic: is missing");
  BOOST_TEST(asked("topic=a&topic=$stats") ==
             "topic: $stats is reserved: names that begin with $ belong to the worker");
  BOOST_TEST(asked("topic=a&Match_regexp=b") ==
             "Match_regexp: is not a parameter; there are topic, match, match_exact and match_urlpattern");
}

BOOST_AUTO_TEST_CASE(characters_that_are_not_seen) {
  for (const auto* name : {"topic", "match", "match_exact", "match_urlpattern"})
    BOOST_TEST(asked(std::string(name) + "=a%EF%BB%BF") ==
                   "topic: contains a character that formats text and is not seen (Unicode's category Cf)",
               name);
}

BOOST_AUTO_TEST_SUITE_END()
