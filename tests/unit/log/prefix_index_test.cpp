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

/// A simple model of a history beside the index.
struct Model {
  struct Evicted {
    std::string topic;
    Sequence sequence;
    EvictionCount at;
  };

  Sequence publish(std::vector<std::string> topics) {
    retained.add(Entry::make({.sequence = ++last, .topics = topics}), topics.size());
    for (const auto& topic : topics) {
      index.add(topic, last, retained);
      sequences[topic].push_back(last);
    }
    return last;
  }
  void evict(const std::string& topic) {
    auto& all = sequences[topic];
    const auto sequence = all.front();
    all.erase(all.begin());
    evicted.push_back({topic, sequence, ++evictions});
    retained.release(sequence);
    index.evict(topic, {sequence, evictions}, retained);
  }
  std::set<Sequence> under(const std::string& prefix) const {
    std::set<Sequence> all;
    for (const auto& [topic, these] : sequences) {
      if (topic.starts_with(prefix)) all.insert(these.begin(), these.end());
    }
    return all;
  }
  Sequence evicted_through(const std::string& prefix, EvictionCount evictions_seen) const {
    Sequence through = 0;
    for (const auto& each : evicted) {
      if (each.topic.starts_with(prefix) && each.at > evictions_seen)
        through = std::max(through, each.sequence);
    }
    return through;
  }
  std::vector<Sequence> found(const std::string& prefix) const {
    const auto* queue = index.find(prefix);
    return queue == nullptr ? std::vector<Sequence>() : std::vector<Sequence>(queue->begin(), queue->end());
  }

  PrefixIndex index;
  EntryIndex retained;
  std::map<std::string, std::vector<Sequence>> sequences;
  std::vector<Evicted> evicted;
  Sequence last = 0;
  EvictionCount evictions = 0;
};

using Found = std::vector<Sequence>;

}  // namespace

BOOST_AUTO_TEST_SUITE(prefix_index)

BOOST_AUTO_TEST_CASE(each_prefix_with_a_slash_has_the_events_below_it) {
  Model hub;
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

BOOST_AUTO_TEST_CASE(an_event_of_several_topics_is_once_under_a_prefix) {
  Model hub;
  hub.publish({"a/x", "a/y", "b/x"});
  BOOST_TEST(hub.found("a/") == Found{1});
  BOOST_TEST(hub.found("b/") == Found{1});
}

BOOST_AUTO_TEST_CASE(names_that_begin_with_slashes_or_repeat_them) {
  Model hub;
  hub.publish({"/"});
  hub.publish({"//a"});
  BOOST_TEST(hub.found("/") == (Found{1, 2}));
  BOOST_TEST(hub.found("//") == Found{2});
}

BOOST_AUTO_TEST_CASE(evicted_entries_leave_from_the_front) {
  Model hub;
  hub.publish({"a/x"});
  hub.publish({"a/y"});
  hub.evict("a/x");
  BOOST_TEST(hub.found("a/") == Found{2});
  hub.evict("a/y");
  BOOST_TEST((hub.index.find("a/") == nullptr));
  BOOST_TEST(hub.index.bytes() < 200);
  BOOST_TEST(hub.index.evicted_through("a/", 0) == 2);
}

// Not only the prefix of the topic that evicts it last.
BOOST_AUTO_TEST_CASE(an_event_of_several_topics_leaves_all_their_prefixes) {
  Model hub;
  hub.publish({"a/x", "b/x"});
  hub.evict("a/x");
  BOOST_TEST(hub.found("a/") == Found{1});
  hub.evict("b/x");
  hub.index.drop("a/x", hub.retained);
  BOOST_TEST((hub.index.find("a/") == nullptr));
  BOOST_TEST((hub.index.find("b/") == nullptr));
}

BOOST_AUTO_TEST_CASE(sequences_of_evicted_entries_never_outnumber_the_others_for_long) {
  Model hub;
  hub.publish({"a/quiet"});
  for (int i = 0; i < 10'000; ++i) {
    hub.publish({"a/busy"});
    if (i > 0) hub.evict("a/busy");
    const auto* sequences = hub.index.find("a/");
    BOOST_REQUIRE((sequences != nullptr && sequences->size() <= 20));
  }
  BOOST_TEST(hub.index.bytes() < 500);
}

BOOST_AUTO_TEST_CASE(deeper_prefixes_are_found_by_their_first_sixteen) {
  Model hub;
  std::string deep;
  for (std::size_t i = 0; i < PrefixIndex::slashes_max; ++i) deep += "a/";
  hub.publish({deep + "b/c"});
  hub.publish({deep + "d/c"});
  BOOST_TEST(hub.found(deep) == (Found{1, 2}));
  BOOST_TEST(hub.found(deep + "b/") == (Found{1, 2}));
  BOOST_TEST((hub.index.find(deep.substr(2) + "b/") == nullptr));
}

BOOST_AUTO_TEST_CASE(marks_of_former_evictions_are_known_by_prefix) {
  PrefixIndex index;
  index.add_mark("a/b/c", {7, 1});
  BOOST_TEST(index.evicted_through("a/", 0) == 7);
  BOOST_TEST(index.evicted_through("a/b/", 0) == 7);
  BOOST_TEST(index.evicted_through("", 0) == 7);
  BOOST_TEST(index.evicted_through("a/c/", 0) == 0);
  BOOST_TEST(index.evicted_through("a/", 1) == 0);
}

BOOST_AUTO_TEST_CASE(beyond_the_bound_prefixes_share_one_mark) {
  PrefixIndex index;
  for (std::size_t i = 1; i <= PrefixIndex::empty_max + 2; ++i)
    index.add_mark(std::to_string(i) + "/x", {i, i});
  BOOST_TEST(index.evicted_through("1/", 0) == 2);
  BOOST_TEST(index.evicted_through("1/", 2) == 0);
  BOOST_TEST(index.evicted_through("never/", 0) == 2);
  BOOST_TEST(index.evicted_through("3/", 0) == 3);
}

BOOST_AUTO_TEST_CASE(empty_prefixes_take_no_more_than_they_may) {
  PrefixIndex index;
  for (std::size_t i = 1; i <= 1'000; ++i) index.add_mark(std::to_string(i) + "/x", {i, i});
  const auto all = index.bytes();
  index.discard_empty_prefixes(all);
  BOOST_TEST(index.evicted_through("1/", 0) == 1);
  index.discard_empty_prefixes(all - 1);
  BOOST_TEST(index.evicted_through("1/", 0) == 1);
  BOOST_TEST(index.evicted_through("never/", 0) == 1);
  BOOST_TEST(index.evicted_through("1/", 1) == 0);
  BOOST_TEST(index.evicted_through("2/", 0) == 2);
  BOOST_TEST(index.bytes() <= all - 1);
  index.discard_empty_prefixes(0);
  BOOST_TEST(index.bytes() == 0);
  BOOST_TEST(index.evicted_through("7/", 0) == 1'000);
}

// If a prefix evicts entries in another order than it got them, each mark is remembered.
BOOST_AUTO_TEST_CASE(marks_out_of_order_are_counted) {
  PrefixIndex index;
  index.add_mark("a/x", {1'000, 1});
  const auto one = index.bytes();
  for (EvictionCount at = 2; at <= 500; ++at) {
    index.add_mark("a/x", {1'000 - at, at});
    BOOST_REQUIRE(index.bytes() <= one + 500 * 8 + 2'048);
  }
  BOOST_TEST(index.bytes() >= one + 500 * 8 + 64 * sizeof(EvictionMark));
  index.add_mark("a/x", {2'000, 501});
  BOOST_TEST(index.bytes() <= one + 501 * 8 + 64);
}

BOOST_AUTO_TEST_CASE(finds_what_a_search_of_everything_finds) {
  std::mt19937 random(20);
  const auto below = [&](std::size_t count) {
    return std::uniform_int_distribution<std::size_t>(0, count - 1)(random);
  };
  const std::vector<std::string> topics = {"a", "a/", "a/x", "a/y", "a/x/1", "a/x/2", "b/x", "b/x/1", "/a"};
  const std::vector<std::string> prefixes = {"a/", "a/x/", "a/y/", "b/", "b/x/", "/", "c/"};
  for (int run = 0; run < 200; ++run) {
    Model hub;
    for (int step = 0; step < 300; ++step) {
      if (below(3) != 0) {
        std::set<std::string> some;
        for (std::size_t count = 1 + below(3); count > 0; --count) some.insert(topics[below(topics.size())]);
        hub.publish({some.begin(), some.end()});
      } else if (const auto& topic = topics[below(topics.size())]; !hub.sequences[topic].empty()) {
        hub.evict(topic);
      }
    }
    for (const auto& prefix : prefixes) {
      const auto found = hub.found(prefix);
      BOOST_TEST(std::ranges::is_sorted(found));
      std::set<Sequence> held;
      for (const auto sequence : found) {
        if (hub.retained.contains(sequence)) held.insert(sequence);
      }
      const auto wanted = hub.under(prefix);
      BOOST_TEST(std::ranges::includes(held, wanted), prefix << " in run " << run);
      for (int i = 0; i < 10; ++i) {
        const auto evictions_seen = below(hub.evictions + 1);
        BOOST_TEST(hub.index.evicted_through(prefix, evictions_seen) ==
                   hub.evicted_through(prefix, evictions_seen));
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace worker::log
