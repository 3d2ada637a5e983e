// Many threads at one log. Every wait ends by an event.
#include <boost/test/unit_test.hpp>
#include <map>
#include <mutex>
#include <thread>

#include "sse/frame.hpp"
#include "unit/store/contract.hpp"

using namespace worker::log;
using namespace worker::store;
using namespace worker::support;

namespace {

constexpr int writers = 4;
constexpr int batches = 60;
constexpr int batch_size = 10;
constexpr Sequence total = writers * batches * batch_size;

std::string topic_of(int writer) { return fmt::format("w/{}", writer); }

// Appends its events, numbered, in batches, and checks that their places rise.
void write(Subject& subject, int writer, std::atomic<int>& out_of_order) {
  Sequence last = 0;
  for (int batch = 0; batch < batches; ++batch) {
    std::vector<Draft> drafts;
    for (int i = 0; i < batch_size; ++i) {
      drafts.push_back(draft(topic_of(writer), fmt::format("{}", batch * batch_size + i)));
    }
    for (const auto& kept : subject.append(std::move(drafts))) {
      const auto id = kept.value();
      const Sequence place = std::stoull(id.substr(id.rfind('-') + 1));
      if (place <= last) ++out_of_order;
      last = place;
    }
  }
}

// Follows `subscription` in small slices to the end; the data it saw.
std::string follow(const EventLog& event_log, const Subscription& subscription) {
  std::string seen;
  for (Sequence at = 0; at < total;) {
    const auto until = event_log.last();
    if (until == at) {
      std::this_thread::yield();
      continue;
    }
    const auto slice = event_log.read(subscription, at, until, 200, 0);
    for (const auto& entry : slice.entries) seen += worker::sse::parse_event(entry->frame())->data + " ";
    at = slice.through;
  }
  return seen;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(threads_contract)

BOOST_AUTO_TEST_CASE_TEMPLATE(many_write_and_many_read, S, Subjects) {
  S subject;
  std::atomic<int> out_of_order = 0;
  std::atomic<int> news = 0;
  Follower follower;
  auto& event_log = subject.event_log();
  event_log.follow(follower, [&] { ++news; });
  std::vector<std::string> seen(writers);
  std::vector<std::thread> threads;
  for (int i = 0; i < writers; ++i) {
    threads.emplace_back([&, i] { write(subject, i, out_of_order); });
    threads.emplace_back(
        [&, i] { seen[static_cast<std::size_t>(i)] = follow(event_log, select(topic_of(i))); });
  }
  std::size_t all_seen = 0;
  threads.emplace_back([&] {
    while (follower.at < total) {
      const auto entries = event_log.read_all(follower.at, 64);
      all_seen += entries.size();
      if (!entries.empty()) follower.at = entries.back()->sequence();
      if (entries.empty()) std::this_thread::yield();
    }
  });
  threads.emplace_back([&] {
    while (event_log.last() < total) {
      event_log.expire();
      event_log.stats();
      event_log.resume(select("w/*"), "earliest");
      event_log.closed(select("w/1"));
      std::this_thread::yield();
    }
  });
  for (auto& thread : threads) thread.join();

  std::string expected;
  for (int i = 0; i < batches * batch_size; ++i) expected += fmt::format("{} ", i);
  BOOST_TEST(out_of_order == 0);
  BOOST_TEST(all_seen == total);
  BOOST_TEST(news > 0);
  BOOST_TEST(news <= writers * batches);
  for (const auto& one : seen) BOOST_TEST((one == expected));
  const auto entries = event_log.read_all(0, total + 1);
  BOOST_REQUIRE_EQUAL(entries.size(), total);
  for (Sequence i = 0; i < total; ++i) BOOST_REQUIRE_EQUAL(entries[i]->sequence(), i + 1);
}

// The history is far smaller than what is written: a follower sees everything all the same, and the others
// are told.
BOOST_AUTO_TEST_CASE_TEMPLATE(evictions_under_way, S, Subjects) {
  S subject;
  subject.settings.topic_events_max = 5;
  std::atomic<int> out_of_order = 0;
  Follower follower;
  auto& event_log = subject.event_log();
  event_log.follow(follower, [] {});
  std::atomic<int> untold = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < writers; ++i) threads.emplace_back([&, i] { write(subject, i, out_of_order); });
  threads.emplace_back([&] {
    for (Sequence next = 1; next <= total;) {
      const auto entries = event_log.read_all(follower.at, 64);
      for (const auto& entry : entries) untold += entry->sequence() == next++ ? 0 : 1;
      follower.at = next - 1;
      if (entries.empty()) std::this_thread::yield();
    }
  });
  threads.emplace_back([&] {
    int expected = 0;  // of writer 0, whose data counts up
    EvictionCount evictions_seen = 0;
    bool told = false;  // of a loss behind the last entry; a slice without entries may be the one that tells
    for (Sequence at = 0; at < total;) {
      const auto slice = event_log.read(select(topic_of(0)), at, event_log.last(), 300, evictions_seen);
      evictions_seen = slice.evictions_seen;
      told |= slice.evicted_through > at;
      for (const auto& entry : slice.entries) {
        const auto number = std::stoi(worker::sse::parse_event(entry->frame())->data);
        if (number != expected && !told) ++untold;
        expected = number + 1;
        told = false;
      }
      if (slice.through == at) std::this_thread::yield();
      at = std::max(at, slice.through);
    }
  });
  for (auto& thread : threads) thread.join();
  BOOST_TEST(out_of_order == 0);
  BOOST_TEST(untold == 0);
  while (event_log.expire()) {
  }
  BOOST_TEST(event_log.stats().events <= writers * 5U);
}

// Publishers that try again at one moment, and others that take the same ids for events of their own, while
// evictions are under way: each id is one event, and whoever is answered with it has sent that one.
BOOST_AUTO_TEST_CASE_TEMPLATE(one_id_is_one_event_whoever_is_first, S, Subjects) {
  constexpr int ids = 300;
  S subject;
  subject.settings.topic_events_max = 5;
  Follower follower;
  subject.event_log().follow(follower, [] {});
  std::mutex mutex;
  std::map<std::string, std::vector<std::string>>
      taken;  // by id: the data of those who were answered with it
  std::atomic<int> odd = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < writers; ++i) {
    threads.emplace_back([&, i] {
      for (int n = 0; n < ids; ++n) {
        // Two of the four send the same.
        const auto data = std::to_string(i / 2);
        std::vector<Draft> drafts(2, draft_with_id("a", fmt::format("id {}", n), data));
        const auto told = subject.append(std::move(drafts));
        const std::lock_guard lock(mutex);
        for (const auto& kept : told) {
          if (kept) taken[kept.value()].push_back(data);
          if (!kept && kept.error() != Rejection::conflict) ++odd;
        }
      }
    });
  }
  std::map<std::string, std::string> events;
  while (events.size() < ids) {
    const auto entries = subject.event_log().read_all(follower.at, 64);
    for (const auto& entry : entries) {
      if (!events.emplace(entry->publisher_id(), worker::sse::parse_event(entry->frame())->data).second)
        ++odd;
      follower.at = entry->sequence();
    }
    if (entries.empty()) std::this_thread::yield();
  }
  for (auto& thread : threads) thread.join();
  BOOST_TEST(odd == 0);
  BOOST_TEST(subject.event_log().last() == Sequence{ids});
  for (const auto& [id, data] : events) BOOST_TEST((taken[id] == std::vector<std::string>(4, data)));
}

BOOST_AUTO_TEST_SUITE_END()
