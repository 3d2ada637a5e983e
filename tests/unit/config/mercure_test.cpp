// What an operator is warned of in the section `mercure`.
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "config/config.hpp"

using worker::config::parse;

BOOST_AUTO_TEST_SUITE(mercure_suite)

BOOST_AUTO_TEST_CASE(warnings) {
  const std::string key = "[{secret: ssssssssssssssssssssssssssssssss, algorithm: HS256}]";
  const auto of = [](const std::string& yaml) {
    std::vector<std::string> texts;
    const auto config = parse(yaml, "f").value();
    for (const auto& [place, sentence] : config.warnings) texts.push_back(place + ": " + sentence);
    return texts;
  };
  const std::string nobody_publishes =
      "f: mercure.tokens.publishers.keys: nobody can publish over Mercure without keys for tokens";
  const std::string nobody_subscribes =
      "f: mercure.tokens.readers.keys: nobody can subscribe over Mercure without keys for tokens; or set "
      "mercure.anonymous";
  const std::string rules =
      "f: mercure.tokens.readers: has rules for tokens and no keys: the keys of access.tokens count, with "
      "the "
      "rules that are there. Add the keys, or remove the rules";
  const std::vector<std::string> both = {nobody_publishes, nobody_subscribes};
  const std::vector<std::string> no_audience = {
      "f: mercure.tokens.issuer: has no effect without an audience: set mercure.url, or "
      "mercure.tokens.audience"};
  BOOST_TEST(of("mercure: {tokens: {issuer: a}}") == no_audience, boost::test_tools::per_element());
  BOOST_TEST(of("mercure: {tokens: {issuer: a, audience: b}}").empty());
  BOOST_TEST(of("mercure: {url: https://a.example/.well-known/mercure, tokens: {issuer: a}}").empty());
  BOOST_TEST(of("").empty());
  BOOST_TEST(of("mercure: {enabled: true}") == both, boost::test_tools::per_element());
  const std::vector<std::string> one = {nobody_publishes};
  BOOST_TEST(of("mercure: {enabled: true, anonymous: true}") == one, boost::test_tools::per_element());
  BOOST_TEST(of("publish: {key: k}\nmercure: {enabled: true, anonymous: true}").empty());
  BOOST_TEST(of("mercure: {enabled: true, tokens: {readers: {keys: " + key +
                ", audience: a}, publishers: {keys: " + key + "}}}")
                 .empty());
  BOOST_TEST(of("access: {tokens: {readers: {keys: " + key + "}, publishers: {keys: " + key +
                "}}}\nmercure: {enabled: true}")
                 .empty());
  const std::vector<std::string> unused = {rules};
  BOOST_TEST(of("mercure: {tokens: {readers: {audience: a}}}") == unused, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
