// Several workers at one Redis, and one after another.
#include <boost/test/unit_test.hpp>

#include "unit/store/redis/redis_fixture.hpp"

using namespace worker::log;
using namespace worker::store;
using namespace worker::support;

BOOST_FIXTURE_TEST_SUITE(redis_store, RedisFixture)

BOOST_AUTO_TEST_CASE(two_workers_have_one_order_and_one_kind_of_cursor) {
  const auto one = worker();
  const auto two = worker();
  const auto first = publish(*one, "a");
  const auto second = publish(*two, "a");
  BOOST_TEST(first == one->id_of(1));
  BOOST_TEST(second == one->id_of(2));
  BOOST_TEST(two->id_of(2) == second);
  BOOST_TEST(eventually([&] { return held(*one) == "1 2" && held(*two) == "1 2"; }));
  BOOST_TEST(resume(*one, second) == "after 2");
  BOOST_TEST(resume(*two, first) == "after 1");
  BOOST_TEST(one->read_all(0, 1).at(0)->frame() == two->read_all(0, 1).at(0)->frame());
}

BOOST_AUTO_TEST_CASE(the_next_worker_goes_on_where_the_last_one_was) {
  std::string id;
  {
    const auto before = worker();
    append(*before, draft_with_key("a b", "k", "one\ntwo"));
    append(*before, draft_with_id("a", "own"));
    append(*before, closing("c"));
    id = publish(*before, "a");
  }
  const auto after = worker();
  BOOST_TEST(after->ready());
  BOOST_TEST(held(*after) == "1 2 3 4");
  const auto entry = after->read_all(0, 1).at(0);
  BOOST_TEST(entry->topics() == (std::vector<std::string>{"a", "b"}), boost::test_tools::per_element());
  BOOST_TEST(entry->key() == "k");
  BOOST_TEST(entry->frame() == "data: one\ndata: two\nid: " + after->id_of(1) + "\n\n");
  BOOST_TEST(resume(*after, id) == "after 4");
  BOOST_TEST(resume(*after, "own") == "after 2");
  BOOST_TEST(after->closed(select("c")));
  BOOST_TEST(publish(*after, "c") == "closed");
  BOOST_TEST(append(*after, draft_with_id("a", "own")) == "own");
  BOOST_TEST(publish(*after, "a") == after->id_of(5));
}

BOOST_AUTO_TEST_CASE(a_publishers_id_is_one_event_whichever_worker_it_asks) {
  const auto one = worker();
  const auto two = worker();
  BOOST_TEST(append(*one, draft_with_id("a", "x")) == "x");
  BOOST_TEST(append(*two, draft_with_id("a", "x")) == "x");
  BOOST_TEST(publish(*two, "a") == two->id_of(2));
}

BOOST_AUTO_TEST_CASE(a_private_event_is_private_at_all_workers) {
  const auto one = worker();
  const auto two = worker();
  publish(*one, "a");
  append(*one, privately(draft("a", "x")));
  append(*two, privately(draft_with_id("a", "own", "x")));
  BOOST_TEST(append(*one, privately(draft_with_id("a", "own", "x"))) == "own");
  BOOST_TEST(append(*two, draft_with_id("a", "own", "x")) == "conflict");
  const auto is_private = [](const auto& each) {
    std::string flags;
    for (const auto& entry : each->read_all(0, 10)) flags += entry->is_private() ? "p" : "-";
    return flags;
  };
  BOOST_TEST(eventually([&] { return held(*one) == "1 2 3" && held(*two) == "1 2 3"; }));
  const auto later = worker();
  for (const auto& each : {&one, &two, &later}) {
    BOOST_TEST(is_private(*each) == "-pp");
    BOOST_TEST(resume(**each, "own") == "after 0 gap unknown");
    BOOST_TEST(told((*each)->resume(select("a", "a"), "own")) == "after 3");
  }
}

BOOST_AUTO_TEST_CASE(publishers_ids_of_trimmed_private_events_stay_private) {
  settings.topic_events_max = 2;
  settings.bytes_max = 65'536;
  const auto one = worker();
  append(*one, privately(draft_with_id("b", "first", "old")));
  append(*one, privately(draft_with_id("b", std::string(300, 'y'), "old")));
  for (int i = 0; i < 4; ++i) {
    std::vector<Draft> drafts;
    for (int j = 0; j < 400; ++j) drafts.push_back(draft("a b", "x"));
    append(*one, std::move(drafts));
  }
  BOOST_TEST(server.ask({"ZCARD", "{sse-worker}:ids"})->integer == 2);
  const auto later = worker();
  for (const auto* each : {one.get(), later.get()}) {
    BOOST_TEST(resume(*each, "first") == resume(*each, "never"));
    BOOST_TEST(told(each->resume(select("a", "a"), "first")).ends_with("gap evicted"));
  }
  BOOST_TEST(append(*one, privately(draft_with_id("b", "first", "old"))) == "first");
  BOOST_TEST(append(*one, draft_with_id("b", "first", "old")) == "conflict");
  BOOST_TEST(append(*one, privately(draft_with_id("b", std::string(300, 'y'), "old"))) ==
             std::string(300, 'y'));
  BOOST_TEST(append(*later, draft_with_id("b", std::string(300, 'y'), "old")) == "conflict");
}

BOOST_AUTO_TEST_CASE(a_topic_closed_at_one_is_closed_at_all) {
  const auto one = worker();
  const auto two = worker();
  append(*one, closing("a"));
  BOOST_TEST(publish(*two, "a") == "closed");
  BOOST_TEST(eventually([&] { return two->closed(select("a")); }));
}

// Also what was said by an event that is gone from Redis.
BOOST_AUTO_TEST_CASE(what_is_not_held_leaves_redis_and_is_told_as_evicted) {
  settings.topic_events_max = 10;
  settings.bytes_max = 20'000;
  std::string early;
  {
    const auto before = worker();
    append(*before, closing("c"));
    append(*before, draft_with_id("a", "first"));
    early = publish(*before, "a");
    for (int i = 0; i < 60; ++i) {
      std::vector<Draft> drafts;
      for (int each = 0; each < 10; ++each) drafts.push_back(draft("a", std::string(100, 'x')));
      append(*before, std::move(drafts));
    }
    before->append({}, [](const auto&) {});
  }
  // Of 63 entries, of which 60 have 10 events each.
  const auto left = server.ask({"XLEN", "{sse-worker}:events"})->integer;
  BOOST_TEST(left < 30);
  BOOST_TEST(left >= 1);
  BOOST_TEST(server.ask({"ZCARD", "{sse-worker}:ids"})->integer == 1);
  const auto after = worker();
  BOOST_TEST(resume(*after, "first") == "after 593 gap evicted");
  BOOST_TEST(after->last() == 603U);
  BOOST_TEST(held(*after) == "594 595 596 597 598 599 600 601 602 603");
  BOOST_TEST(resume(*after, early) == "after 593 gap evicted");
  BOOST_TEST(after->closed(select("c")));
  BOOST_TEST(publish(*after, "c") == "closed");
}

// A worker that comes later, one that was away, and one that was there all the time.
BOOST_AUTO_TEST_CASE(publishers_ids_of_trimmed_events_are_known_to_all) {
  settings.topic_events_max = 2;
  settings.bytes_max = 65'536;
  const auto one = worker();
  append(*one, draft_with_id("b", "first", "old"));
  const std::string long_id(300, 'y');
  append(*one, draft_with_id("b", long_id, "old"));
  append(*one, draft_with_id("a", "here"));
  const auto publish_many = [&] {
    std::vector<Draft> drafts;
    for (int i = 0; i < 400; ++i) drafts.push_back(draft("a b", "x"));
    append(*one, std::move(drafts));
  };
  for (int i = 0; i < 4; ++i) publish_many();
  BOOST_TEST(one->last() == 1'603U);
  BOOST_TEST(server.ask({"ZCARD", "{sse-worker}:ids"})->integer == 3);
  const auto later = worker();
  for (const auto* each : {one.get(), later.get()})
    BOOST_TEST(resume(*each, "here") == "after 1601 gap evicted");
  BOOST_TEST(told(one->resume(select("never"), "first")) == "after 1");
  // To this one all that it did not see is one loss.
  BOOST_TEST(told(later->resume(select("never"), "first")).ends_with("gap evicted"));
  // Who was not there to see the event cannot tell whether it is the same.
  BOOST_TEST(append(*one, draft_with_id("b", "first", "old")) == "first");
  BOOST_TEST(append(*one, draft_with_id("b", "first", "new")) == "conflict");
  BOOST_TEST(append(*later, draft_with_id("b", "first", "new")) == "conflict");
  BOOST_TEST(append(*one, draft_with_id("b", long_id, "old")) == long_id);
  BOOST_TEST(append(*later, draft_with_id("b", long_id, "new")) == "conflict");
  BOOST_TEST(one->last() == 1'603U);
}

BOOST_AUTO_TEST_CASE(redis_remembers_no_more_ids_than_the_history) {
  settings.topic_events_max = 1;
  settings.past_ids_max = 5;
  const auto one = worker();
  for (int i = 1; i <= 21; ++i) append(*one, draft_with_id("a", fmt::format("x{}", i)));
  publish(*one, "a");
  // Those held count beside them; the trimming is behind by the append that brings it.
  const auto count = server.ask({"ZCARD", "{sse-worker}:ids"})->integer;
  BOOST_TEST(count >= 5);
  BOOST_TEST(count <= 7);
  BOOST_TEST(append(*one, draft_with_id("a", "x3")) == "x3");
  BOOST_TEST(one->last() == 23U);
}

// In parts, each of which Redis answers in a moment.
BOOST_AUTO_TEST_CASE(many_past_ids_are_read_at_the_start) {
  settings.topic_events_max = 1;
  settings.bytes_max = 65'536;
  {
    const auto before = worker();
    for (int round = 0; round < 5; ++round) {
      std::vector<Draft> drafts;
      for (int i = 0; i < 1'000; ++i) drafts.push_back(draft_with_id("a", fmt::format("x{}-{}", round, i)));
      append(*before, std::move(drafts));
    }
    publish(*before, "a");
  }
  const auto after = worker();
  BOOST_TEST(after->stats().past_ids >= 5'000U);
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 1'000; ++i) {
      const auto told = resume(*after, fmt::format("x{}-{}", round, i));
      BOOST_REQUIRE_EQUAL(told, round == 4 && i == 999 ? "after 5000" : "after 5000 gap evicted");
    }
  }
}

// The ids of what was trimmed while it was away.
BOOST_AUTO_TEST_CASE(a_worker_that_was_away_knows_the_ids_it_missed) {
  settings.topic_events_max = 2;
  settings.bytes_max = 65'536;
  const auto one = worker();
  const auto two = worker();
  publish(*one, "a");
  BOOST_TEST(eventually([&] { return two->last() == 1; }));
  disconnect(*two);
  append(*one, draft_with_id("a", "missed"));
  for (int round = 0; round < 4; ++round) {
    std::vector<Draft> drafts;
    for (int i = 0; i < 400; ++i) drafts.push_back(draft("a", "x"));
    append(*one, std::move(drafts));
  }
  reconnect(*two);
  BOOST_TEST(eventually([&] { return two->last() == one->last(); }));
  BOOST_TEST(resume(*two, "missed").starts_with("after"));
  BOOST_TEST(resume(*two, "missed").ends_with("gap evicted"));
}

BOOST_AUTO_TEST_CASE(events_are_as_old_as_they_are) {
  settings.age_max = std::chrono::milliseconds(300);
  { publish(*worker(), "a"); }
  const auto after = worker();
  BOOST_TEST(eventually([&] {
    after->expire();
    return held(*after).empty() && after->last() == 1;
  }));
}

BOOST_AUTO_TEST_CASE(a_large_batch_is_one_answer) {
  const auto one = worker();
  std::vector<Draft> drafts;
  for (int i = 0; i < 10'000; ++i) drafts.push_back(draft("t/" + std::to_string(i), "x"));
  const auto results = append(*one, std::move(drafts));
  BOOST_REQUIRE_EQUAL(results.size(), 10'000U);
  BOOST_TEST(results.back().value() == one->id_of(10'000));
  BOOST_TEST(one->last() == 10'000U);
}

// In several answers, of which the next is asked for before the last is read.
BOOST_AUTO_TEST_CASE(a_long_history_is_read_at_the_start) {
  for (const int count : {1, 63, 64, 65, 1'000}) {
    server.ask({"FLUSHALL"});
    {
      const auto one = worker();
      std::vector<Draft> drafts;
      for (int i = 0; i < count; ++i) drafts.push_back(draft("a", std::string(i % 7 == 0 ? 20'000 : 1, 'x')));
      append(*one, std::move(drafts));
    }
    const auto next = worker();
    const auto entries = next->read_all(0, std::string::npos);
    BOOST_TEST(entries.size() == static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < entries.size(); ++i) BOOST_REQUIRE_EQUAL(entries[i]->sequence(), i + 1);
    BOOST_TEST(next->lost_through() == 0U);
    BOOST_TEST(publish(*next, "a") == next->id_of(static_cast<Sequence>(count) + 1));
  }
}

BOOST_AUTO_TEST_CASE(a_long_history_with_holes_is_read_at_the_start) {
  std::string last;
  {
    const auto one = worker();
    for (int i = 0; i < 700; ++i) last = publish(*one, "a");
    const auto life = std::to_string(std::stoull(last.substr(0, last.find('-')), nullptr, 16));
    for (int i = 100; i < 400; ++i)
      server.ask({"XDEL", "{sse-worker}:events", life + "-" + std::to_string(i)});
  }
  const auto next = worker();
  BOOST_TEST(next->last() == 700U);
  BOOST_TEST(next->read_all(0, 1).at(0)->sequence() == 400U);
  BOOST_TEST(resume(*next, next->id_of(50)).ends_with("gap evicted"));
  BOOST_TEST(resume(*next, last) == "after 700");
}

BOOST_AUTO_TEST_CASE(other_namespaces_are_other_clusters) {
  const auto one = worker();
  RedisSettings redis;
  redis.address = server.address();
  redis.key_namespace = "other";
  worker::log::Log other(settings, "none", clock);
  const RedisStore store(other, redis, logger);
  publish(*one, "a");
  BOOST_TEST(other.last() == 0U);
  BOOST_TEST(other.id_of(1) != one->id_of(1));
}

BOOST_AUTO_TEST_SUITE_END()
