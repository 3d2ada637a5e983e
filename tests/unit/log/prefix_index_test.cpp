#include "log/prefix_index.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace worker::log {
namespace {

/// A history as simple as can be, beside the index.
struct Beside {
  struct Given {
    std::string topic;
    Sequence place;
    EvictionCount at;
  };

  Sequence publish(std::vector<std::string> topics) {
    held.add(Entry::make({.sequence = ++last, .topics = topics}), topics.size());
    for (const auto& topic : topics) {
      index.add(topic, last, held);
      places[topic].push_back(last);
    }
    return last;
  }
  void give_up(const std::string& topic) {
    auto& all = places[topic];
    const auto place = all.front();
    all.erase(all.begin());
    given_up.push_back({topic, place, ++evictions});
    held.release(place);
    index.release(topic, {place, evictions}, held);
  }
  std::set<Sequence> under(const std::string& prefix) const {
    std::set<Sequence> all;
    for (const auto& [topic, these] : places) {
      if (topic.starts_with(prefix)) all.insert(these.begin(), these.end());
    }
    return all;
  }
  Sequence lost_through(const std::string& prefix, EvictionCount evictions_seen) const {
    Sequence through = 0;
    for (const auto& each : given_up) {
      if (each.topic.starts_with(prefix) && each.at > evictions_seen) through = std::max(through, each.place);
    }
    return through;
  }
  std::vector<Sequence> found(const std::string& prefix) const {
    const auto* queue = index.find(prefix);
    return queue == nullptr ? std::vector<Sequence>() : std::vector<Sequence>(queue->begin(), queue->end());
  }

  PrefixIndex index;
  EntryIndex held;
  std::map<std::string, std::vector<Sequence>> places;
  std::vector<Given> given_up;
  Sequence last = 0;
  EvictionCount evictions = 0;
};

using Found = std::vector<Sequence>;

}  // namespace

BOOST_AUTO_TEST_SUITE(prefix_index)

BOOST_AUTO_TEST_CASE(each_prefix_with_a_slash_has_the_events_below_it) {
  Beside hub;
  hub.publish({"orders/eu/1"});
  hub.publish({"orders/us"});
  hub.publish({"orders"});
  hub.publish({"ordersx/eu"});
  BOOST_TEST(hub.found("orders/") == (Found{1, 2}));
  BOOST_TEST(hub.found("orders/eu/") == Found{1});
  BOOST_TEST(hub.found("ordersx/") == Found{4});
  BOOST_TEST((hub.index.find("order/") == nullptr));
  BOOST_TEST((hub.index.find("orders/us/") == nullptr));
}

BOOST_AUTO_TEST_CASE(an_event_of_several_topics_stands_once_under_a_prefix) {
  Beside hub;
  hub.publish({"a/x", "a/y", "b/x"});
  BOOST_TEST(hub.found("a/") == Found{1});
  BOOST_TEST(hub.found("b/") == Found{1});
}

BOOST_AUTO_TEST_CASE(names_that_begin_with_slashes_or_repeat_them) {
  Beside hub;
  hub.publish({"/"});
  hub.publish({"//a"});
  BOOST_TEST(hub.found("/") == (Found{1, 2}));
  BOOST_TEST(hub.found("//") == Found{2});
}

BOOST_AUTO_TEST_CASE(what_is_given_up_goes_from_the_front) {
  Beside hub;
  hub.publish({"a/x"});
  hub.publish({"a/y"});
  hub.give_up("a/x");
  BOOST_TEST(hub.found("a/") == Found{2});
  hub.give_up("a/y");
  BOOST_TEST((hub.index.find("a/") == nullptr));
  BOOST_TEST(hub.index.bytes() < 200);
  BOOST_TEST(hub.index.lost_through("a/", 0) == 2);
}

// Not only under the one that gives it up last.
BOOST_AUTO_TEST_CASE(an_event_of_several_topics_goes_from_all_their_prefixes) {
  Beside hub;
  hub.publish({"a/x", "b/x"});
  hub.give_up("a/x");
  BOOST_TEST(hub.found("a/") == Found{1});
  hub.give_up("b/x");
  hub.index.gone("a/x", hub.held);
  BOOST_TEST((hub.index.find("a/") == nullptr));
  BOOST_TEST((hub.index.find("b/") == nullptr));
}

BOOST_AUTO_TEST_CASE(places_that_are_gone_never_outnumber_the_others_for_long) {
  Beside hub;
  hub.publish({"a/quiet"});
  for (int i = 0; i < 10'000; ++i) {
    hub.publish({"a/busy"});
    if (i > 0) hub.give_up("a/busy");
    const auto* places = hub.index.find("a/");
    BOOST_REQUIRE((places != nullptr && places->size() <= 20));
  }
  BOOST_TEST(hub.index.bytes() < 500);
}

BOOST_AUTO_TEST_CASE(deeper_prefixes_are_found_by_their_first_sixteen) {
  Beside hub;
  std::string deep;
  for (std::size_t i = 0; i < PrefixIndex::slashes_max; ++i) deep += "a/";
  hub.publish({deep + "b/c"});
  hub.publish({deep + "d/c"});
  BOOST_TEST(hub.found(deep) == (Found{1, 2}));
  BOOST_TEST(hub.found(deep + "b/") == (Found{1, 2}));
  BOOST_TEST((hub.index.find(deep.substr(2) + "b/") == nullptr));
}

BOOST_AUTO_TEST_CASE(what_was_lost_before_is_known_by_prefix) {
  PrefixIndex index;
  index.mark("a/b/c", {7, 1});
  BOOST_TEST(index.lost_through("a/", 0) == 7);
  BOOST_TEST(index.lost_through("a/b/", 0) == 7);
  BOOST_TEST(index.lost_through("", 0) == 7);
  BOOST_TEST(index.lost_through("a/c/", 0) == 0);
  BOOST_TEST(index.lost_through("a/", 1) == 0);
}

BOOST_AUTO_TEST_CASE(beyond_its_bound_a_common_loss_stands_in) {
  PrefixIndex index;
  for (std::size_t i = 1; i <= PrefixIndex::emptied_max + 2; ++i)
    index.mark(std::to_string(i) + "/x", {i, i});
  BOOST_TEST(index.lost_through("1/", 0) == 2);
  BOOST_TEST(index.lost_through("1/", 2) == 0);
  BOOST_TEST(index.lost_through("never/", 0) == 2);
  BOOST_TEST(index.lost_through("3/", 0) == 3);
}

BOOST_AUTO_TEST_CASE(prefixes_without_events_take_no_more_than_they_may) {
  PrefixIndex index;
  for (std::size_t i = 1; i <= 1'000; ++i) index.mark(std::to_string(i) + "/x", {i, i});
  const auto all = index.bytes();
  index.forget_emptied(all);
  BOOST_TEST(index.lost_through("1/", 0) == 1);
  index.forget_emptied(all - 1);
  BOOST_TEST(index.lost_through("1/", 0) == 1);
  BOOST_TEST(index.lost_through("never/", 0) == 1);
  BOOST_TEST(index.lost_through("1/", 1) == 0);
  BOOST_TEST(index.lost_through("2/", 0) == 2);
  BOOST_TEST(index.bytes() <= all - 1);
  index.forget_emptied(0);
  BOOST_TEST(index.bytes() == 0);
  BOOST_TEST(index.lost_through("7/", 0) == 1'000);
}

// Where a prefix loses events in another order than it got them, each loss is remembered.
BOOST_AUTO_TEST_CASE(losses_out_of_order_are_counted) {
  PrefixIndex index;
  index.mark("a/x", {1'000, 1});
  const auto one = index.bytes();
  for (EvictionCount at = 2; at <= 500; ++at) {
    index.mark("a/x", {1'000 - at, at});
    BOOST_REQUIRE(index.bytes() <= one + 500 * 8 + 2'048);
  }
  BOOST_TEST(index.bytes() >= one + 500 * 8 + 64 * sizeof(EvictionMark));
  index.mark("a/x", {2'000, 501});
  BOOST_TEST(index.bytes() <= one + 501 * 8 + 64);
}

BOOST_AUTO_TEST_CASE(holds_what_a_search_of_everything_finds) {
  std::mt19937 random(20);
  const auto below = [&](std::size_t count) {
    return std::uniform_int_distribution<std::size_t>(0, count - 1)(random);
  };
  const std::vector<std::string> topics = {"a", "a/", "a/x", "a/y", "a/x/1", "a/x/2", "b/x", "b/x/1", "/a"};
  const std::vector<std::string> prefixes = {"a/", "a/x/", "a/y/", "b/", "b/x/", "/", "c/"};
  for (int run = 0; run < 200; ++run) {
    Beside hub;
    for (int step = 0; step < 300; ++step) {
      if (below(3) != 0) {
        std::set<std::string> some;
        for (std::size_t count = 1 + below(3); count > 0; --count) some.insert(topics[below(topics.size())]);
        hub.publish({some.begin(), some.end()});
      } else if (const auto& topic = topics[below(topics.size())]; !hub.places[topic].empty()) {
        hub.give_up(topic);
      }
    }
    for (const auto& prefix : prefixes) {
      const auto found = hub.found(prefix);
      BOOST_TEST(std::ranges::is_sorted(found));
      std::set<Sequence> held;
      for (const auto place : found) {
        if (hub.held.holds(place)) held.insert(place);
      }
      const auto wanted = hub.under(prefix);
      BOOST_TEST(std::ranges::includes(held, wanted), prefix << " in run " << run);
      for (int i = 0; i < 10; ++i) {
        const auto evictions_seen = below(hub.evictions + 1);
        BOOST_TEST(hub.index.lost_through(prefix, evictions_seen) ==
                   hub.lost_through(prefix, evictions_seen));
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace worker::log
