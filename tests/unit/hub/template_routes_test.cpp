#include "hub/template_routes.hpp"

#include <fmt/format.h>

#include <boost/test/unit_test.hpp>
#include <map>
#include <random>
#include <set>

#include "hub/cohort.hpp"
#include "hub/routes.hpp"
#include "log/template_cache.hpp"

using namespace worker;
using hub::Cohort;

namespace {

struct Fixture {
  log::Subscription select(const std::vector<std::string>& templates) {
    std::vector<log::TypedSelector> typed;
    using Kind = log::TypedSelector::Kind;
    // Those with a slash or a protocol and without a brace are URL patterns.
    for (const auto& text : templates) {
      const bool url = !text.empty() && (text.front() == '/' || text.starts_with("http")) &&
                       text.find('{') == std::string::npos;
      typed.push_back({url ? Kind::url_pattern : Kind::uri_template, text});
    }
    return log::Subscription(log::Selectors::parse(typed, 10'000, cache).value());
  }
  void add(const std::vector<std::string>& templates) {
    const auto name = fmt::format("{}", fmt::join(templates, " "));
    const auto& subscription = subscriptions.try_emplace(name, select(templates)).first->second;
    auto& cohort = cohorts.try_emplace(name, subscription).first->second;
    routes.add(cohort, cohort.subscription);
  }
  void remove(const std::string& name) {
    auto& cohort = cohorts.at(name);
    routes.remove(cohort, cohort.subscription);
    cohorts.erase(name);
    subscriptions.erase(name);
  }
  std::set<std::string> visited(std::string_view topic) const {
    std::set<const Cohort*> found;
    routes.each(topic, [&](const Cohort& cohort) { found.insert(&cohort); });
    std::set<std::string> names;
    for (const auto& [name, cohort] : cohorts) {
      if (found.contains(&cohort)) names.insert(name);
    }
    return names;
  }
  // What a comparison with each of them gives.
  std::set<std::string> matching(std::string_view topic) const {
    std::set<std::string> names;
    for (const auto& [name, subscription] : subscriptions) {
      if (subscription.matches(topic)) names.insert(name);
    }
    return names;
  }

  log::TemplateCache cache;
  std::map<std::string, log::Subscription> subscriptions;  // outlive their cohorts
  std::map<std::string, Cohort> cohorts;
  hub::Routes routes;
};

using Names = std::set<std::string>;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(template_routes_suite, Fixture)

BOOST_AUTO_TEST_CASE(cohorts_are_found_by_the_templates_that_match) {
  for (const auto* each :
       {"users/{id}", "users/{id}/books/{book}", "{a}", "{+a}", "{a}/books/{b}", "a{b}", "{/a}"})
    add({each});
  BOOST_TEST((visited("users/1") == Names{"users/{id}", "{+a}"}));
  BOOST_TEST((visited("users/1/books/2") == Names{"users/{id}/books/{book}", "{+a}"}));
  BOOST_TEST((visited("x/books/2") == Names{"{a}/books/{b}", "{+a}"}));
  BOOST_TEST((visited("abc") == Names{"a{b}", "{a}", "{+a}"}));
  BOOST_TEST((visited("/a") == Names{"{/a}", "{+a}"}));
  BOOST_TEST((visited("a b") == Names{}));
  BOOST_TEST((visited("$stats") == Names{}));
  for (const auto* each : {"users/{id}", "{+a}", "{a}"}) remove(each);
  BOOST_TEST((visited("users/1") == Names{}));
  BOOST_TEST((visited("abc") == Names{"a{b}"}));
}

BOOST_AUTO_TEST_CASE(a_cohort_with_several_templates_and_a_template_with_several_cohorts) {
  add({"a/{x}", "b/{x}", "c"});
  add({"a/{x}"});
  BOOST_TEST((visited("a/1") == Names{"a/{x} b/{x} c", "a/{x}"}));
  BOOST_TEST((visited("b/1") == Names{"a/{x} b/{x} c"}));
  BOOST_TEST((visited("c") == Names{"a/{x} b/{x} c"}));
  remove("a/{x}");
  BOOST_TEST((visited("a/1") == Names{"a/{x} b/{x} c"}));
  remove("a/{x} b/{x} c");
  BOOST_TEST((visited("a/1") == Names{}));
}

BOOST_AUTO_TEST_CASE(cohorts_are_found_by_the_url_patterns_that_match) {
  for (const auto* each : {"/users/:id", "/users/*", "https://example.com/:a", "https://*/a",
                           "http://mercure.invalid/a", "/:x\\?q=1", "{+x}"})
    add({each});
  BOOST_TEST((visited("/users/1") == Names{"/users/:id", "/users/*", "{+x}"}));
  BOOST_TEST((visited("/users/1/2") == Names{"/users/*", "{+x}"}));
  BOOST_TEST(
      (visited("HTTPS://Example.com/x/../a") == Names{"https://example.com/:a", "https://*/a", "{+x}"}));
  BOOST_TEST((visited("a") == Names{"http://mercure.invalid/a", "{+x}"}));
  BOOST_TEST((visited("/a?q=1") == Names{"http://mercure.invalid/a", "/:x\\?q=1", "{+x}"}));
  BOOST_TEST((visited("https://") == Names{"{+x}"}));
  BOOST_TEST((visited("$stats") == Names{}));
  for (const auto* each :
       {"/users/:id", "/users/*", "https://example.com/:a", "https://*/a", "http://mercure.invalid/a"})
    remove(each);
  BOOST_TEST((visited("/users/1") == Names{"{+x}"}));
  remove("/:x\\?q=1");
  BOOST_TEST((visited("/a?q=1") == Names{"{+x}"}));
}

// A topic in which an anchor comes several times visits a cohort once for it.
BOOST_AUTO_TEST_CASE(an_anchor_that_comes_again_is_compared_once) {
  add({"{+x}aaaaaaaa{+y}"});
  int visits = 0;
  routes.each(std::string(1'000, 'a'), [&](const Cohort&) { ++visits; });
  BOOST_TEST(visits == 1);
}

// Random templates and topics of few letters, so that much is shared: compared with a look at each of them.
BOOST_AUTO_TEST_CASE(whatever_comes_and_goes_exactly_those_that_match_are_visited) {
  std::mt19937 random(7);
  const auto below = [&](unsigned count) { return random() % count; };
  const auto piece = [&] {
    std::string text;
    for (auto size = below(12); size > 0; --size) text += "ab/"[below(3)];
    return text;
  };
  const char* const expressions[] = {"{x}", "{+x}", "{/x}", "{/x,y}", "{.x}", "{?x*}", ""};
  for (int step = 0; step < 6'000; ++step) {
    if (below(3) == 0 && !subscriptions.empty()) {
      remove(std::next(subscriptions.begin(), below(static_cast<unsigned>(subscriptions.size())))->first);
    } else if (subscriptions.size() < 300) {
      std::vector<std::string> templates;
      for (auto count = 1 + below(3); count > 0; --count) {
        std::string text = "{x}";
        for (auto parts = below(4); parts > 0; --parts)
          text += piece() + expressions[below(std::size(expressions))];
        if (below(3) == 0) text = "/" + piece() + (below(2) == 0 ? ":x" : "*") + "/" + piece();
        templates.push_back(below(2) == 0 ? piece() + text : text);
      }
      if (!subscriptions.contains(fmt::format("{}", fmt::join(templates, " ")))) add(templates);
    }
    std::string topic = "a" + piece() + piece() + piece();
    BOOST_REQUIRE(visited(topic) == matching(topic));
  }
  while (!subscriptions.empty()) remove(subscriptions.begin()->first);
  BOOST_TEST(visited("aaaa").empty());
}

// Windows are a bounded number of places, whatever the length of the template.
BOOST_AUTO_TEST_CASE(long_templates_are_found_too) {
  std::string text;
  for (int i = 0; i < 1'000; ++i) text += fmt::format("{}/", i);
  add({text + "{a}"});
  add({"{a}" + text + "{b}"});
  BOOST_TEST((visited(text + "x").size() == 2U));
  BOOST_TEST((visited("x" + text) == Names{"{a}" + text + "{b}"}));
}

BOOST_AUTO_TEST_SUITE_END()
