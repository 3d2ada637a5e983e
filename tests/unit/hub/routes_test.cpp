#include "hub/routes.hpp"

#include <boost/test/unit_test.hpp>
#include <map>

#include "hub/cohort.hpp"
#include "support/drafts.hpp"

using namespace worker::hub;
using worker::support::select;
using worker::support::words;

namespace {

struct Fixture {
  void add(const std::string& selectors) {
    const auto& subscription = subscriptions.try_emplace(selectors, select(selectors)).first->second;
    auto& cohort = cohorts.try_emplace(selectors, subscription).first->second;
    routes.add(cohort, cohort.subscription);
  }
  void remove(const std::string& selectors) {
    auto& cohort = cohorts.at(selectors);
    routes.remove(cohort, cohort.subscription);
    cohorts.erase(selectors);
  }
  /// Who is visited for `topic`: how often, by selectors.
  std::map<std::string, int> visits(const std::string& topic) const {
    std::map<std::string, int> counts;
    routes.each(topic, [&](const Cohort& visited) {
      for (const auto& [selectors, cohort] : cohorts) counts[selectors] += &cohort == &visited ? 1 : 0;
    });
    std::erase_if(counts, [](const auto& count) { return count.second == 0; });
    return counts;
  }

  std::map<std::string, worker::log::Subscription> subscriptions;  // outlive their cohorts
  std::map<std::string, Cohort> cohorts;
  Routes routes;
};

using Visits = std::map<std::string, int>;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(routes_suite, Fixture)

BOOST_AUTO_TEST_CASE(nobody) { BOOST_TEST(visits("a").empty()); }

BOOST_AUTO_TEST_CASE(by_name_and_by_pattern) {
  for (const auto* selectors : {"a", "a b", "a/*", "*", "a/b/*", "a/b", "/*"}) add(selectors);
  BOOST_TEST((visits("a") == Visits{{"a", 1}, {"a b", 1}, {"*", 1}}));
  BOOST_TEST((visits("b") == Visits{{"a b", 1}, {"*", 1}}));
  BOOST_TEST((visits("a/") == Visits{{"a/*", 1}, {"*", 1}}));
  BOOST_TEST((visits("a/b") == Visits{{"a/*", 1}, {"a/b", 1}, {"*", 1}}));
  BOOST_TEST((visits("a/b/c") == Visits{{"a/*", 1}, {"a/b/*", 1}, {"*", 1}}));
  BOOST_TEST((visits("/") == Visits{{"/*", 1}, {"*", 1}}));
  BOOST_TEST((visits("/a/b") == Visits{{"/*", 1}, {"*", 1}}));
}

BOOST_AUTO_TEST_CASE(once_for_each_way_to_ask) {
  add("a/b a/* *");
  BOOST_TEST((visits("a/b") == Visits{{"a/b a/* *", 3}}));
}

BOOST_AUTO_TEST_CASE(removed_ones_are_left_out) {
  for (const auto* selectors : {"a", "a b", "a/*", "*"}) add(selectors);
  remove("a");
  remove("*");
  BOOST_TEST((visits("a") == Visits{{"a b", 1}}));
  remove("a b");
  remove("a/*");
  BOOST_TEST(visits("a").empty());
  BOOST_TEST(visits("a/b").empty());
  add("a");
  BOOST_TEST((visits("a") == Visits{{"a", 1}}));
}

BOOST_AUTO_TEST_SUITE_END()
