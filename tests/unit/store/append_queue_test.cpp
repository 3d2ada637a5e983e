// What may wait for the writer, at the bound and beyond it.
#include "store/append_queue.hpp"

#include <malloc.h>

#include <boost/test/unit_test.hpp>
#include <thread>

#include "support/manual_clock.hpp"
#include "unit/store/redis/redis_fixture.hpp"
#include "unit/store/sqlite/sqlite_restarts.hpp"

using namespace worker::log;
using namespace worker::store;
using namespace worker::support;
using namespace std::chrono_literals;

namespace {

std::vector<Draft> one(const std::string& topics, std::string data = "x") {
  std::vector<Draft> drafts;
  drafts.push_back(draft(topics, std::move(data)));
  return drafts;
}

struct Answers {
  Done take() {
    ++asked;
    return [this](const std::vector<Kept>& results) {
      const std::lock_guard lock(mutex);
      texts.push_back(told(results.front()));
    };
  }
  std::size_t count() {
    const std::lock_guard lock(mutex);
    return texts.size();
  }
  std::size_t count(const std::string& text) {
    const std::lock_guard lock(mutex);
    return static_cast<std::size_t>(std::ranges::count(texts, text));
  }
  bool all_come() {
    return eventually([&] { return count() == asked; });
  }

  std::mutex mutex;
  std::vector<std::string> texts;
  std::size_t asked = 0;
};

struct QueueFixture {
  void bound(std::size_t bytes) {
    settings.waiting_bytes_max = bytes;
    log.update(settings);
  }
  void push(std::vector<Draft> drafts) { queue.push(std::move(drafts), answers.take(), true); }

  ManualClock clock;
  Settings settings;
  worker::log::Log log{settings, "epoch", clock};
  AppendQueue queue{log};
  Answers answers;
  const std::size_t each = pending_bytes(one("a"));
};

}  // namespace

BOOST_AUTO_TEST_SUITE(append_queue)

BOOST_FIXTURE_TEST_CASE(takes_up_to_the_bound_and_not_one_append_more, QueueFixture) {
  bound(2 * each);
  push(one("a"));
  push(one("a"));
  push(one("a"));
  BOOST_TEST(answers.texts == (std::vector<std::string>{"full"}), boost::test_tools::per_element());
  BOOST_TEST(queue.backlog().bytes == 2 * each);
  BOOST_TEST(queue.backlog().refused == 1U);
  // What was taken still counts.
  auto taken = queue.take(0ms).value();
  BOOST_TEST(taken.size() == 2U);
  push(one("a"));
  BOOST_TEST(answers.count("full") == 2U);
  queue.release(taken[0].bytes);
  push(one("a"));
  BOOST_TEST(answers.count("full") == 2U);
  BOOST_TEST(queue.backlog().bytes == 2 * each);
  queue.release(each);
  auto rest = queue.take(0ms).value();
  queue.refuse(rest, Rejection::unavailable);
  BOOST_TEST(queue.backlog().bytes == 0U);
  BOOST_TEST(answers.count("unavailable") == 1U);
}

BOOST_FIXTURE_TEST_CASE(one_byte_less_is_too_little, QueueFixture) {
  bound(2 * each - 1);
  push(one("a"));
  push(one("a"));
  BOOST_TEST(answers.count("full") == 1U);
}

BOOST_FIXTURE_TEST_CASE(one_append_that_exceeds_the_bound_waits_alone, QueueFixture) {
  bound(1);
  push(one("a", std::string(1'000, 'x')));
  BOOST_TEST(answers.count() == 0U);
  push(one("a"));
  BOOST_TEST(answers.count("full") == 1U);
  queue.release(*queue.take(0ms));
  push(one("a"));
  push(one("a", std::string(1'000, 'x')));
  BOOST_TEST(answers.count("full") == 2U);
}

BOOST_FIXTURE_TEST_CASE(a_new_bound_holds_from_the_next_append_on, QueueFixture) {
  bound(each);
  push(one("a"));
  bound(2 * each);
  push(one("a"));
  BOOST_TEST(answers.count() == 0U);
}

BOOST_FIXTURE_TEST_CASE(an_unavailable_store_refuses_and_counts_no_full_queue, QueueFixture) {
  queue.push(one("a"), answers.take(), false);
  BOOST_TEST(answers.count("unavailable") == 1U);
  BOOST_TEST(queue.backlog().refused == 0U);
  BOOST_TEST(queue.take(0ms)->empty());
}

BOOST_FIXTURE_TEST_CASE(after_close_it_gives_out_what_is_queued_and_refuses_the_rest, QueueFixture) {
  push(one("a"));
  queue.close();
  push(one("b"));
  BOOST_TEST(answers.count("unavailable") == 1U);
  BOOST_TEST(queue.take(std::nullopt)->size() == 1U);
  BOOST_TEST(!queue.take(std::nullopt));
}

BOOST_FIXTURE_TEST_CASE(appends_stay_whole_and_in_order, QueueFixture) {
  for (const auto* topics : {"a", "b", "c", "d"}) {
    auto drafts = one(topics);
    drafts.push_back(draft(topics, "second"));
    push(std::move(drafts));
  }
  const auto topics = [&](std::size_t max) {
    std::string text;
    const auto taken = queue.take(0ms, max).value();
    for (const auto& append : taken) text += append.drafts.front().topics.front();
    return text;
  };
  BOOST_TEST(topics(3) == "ab");
  BOOST_TEST(topics(1) == "c");
  BOOST_TEST(topics(100) == "d");
  BOOST_TEST(topics(100).empty());
}

BOOST_FIXTURE_TEST_CASE(wake_ends_one_wait_without_a_timeout, QueueFixture) {
  queue.wake();
  BOOST_TEST(queue.take(std::nullopt)->empty());
  // A second take() waits again, until there is something.
  std::promise<std::size_t> taken;
  std::jthread writer([&] { taken.set_value(queue.take(std::nullopt)->size()); });
  push(one("a"));
  BOOST_TEST(taken.get_future().get() == 1U);
}

// Not only the data: a hundred names of 1,000 bytes are a hundred times as much as the event.
BOOST_AUTO_TEST_CASE(all_that_drafts_take_counts) {
  const auto one_of = [](const std::string& kind) {
    const std::string text(1'000, 'x');
    Draft draft{.topics = {"topic"}};
    if (kind == "topics") draft.topics.assign(100, text);
    if (kind == "id") draft.event.id = text;
    if (kind == "type") draft.event.type = text;
    if (kind == "data") draft.event.data = text;
    if (kind == "key") draft.key = text;
    return draft;
  };
  for (const auto* kind : {"topics", "id", "type", "data", "key", "nothing"}) {
    BOOST_TEST_CONTEXT(kind) {
      const auto before = ::mallinfo2().uordblks;
      std::vector<Draft> drafts;
      drafts.reserve(1'000);
      for (int i = 0; i < 1'000; ++i) drafts.push_back(one_of(kind));
      const auto counted = pending_bytes(drafts);
      if (before == 0) return;  // another allocator
      const auto taken = ::mallinfo2().uordblks - before;
      BOOST_TEST(taken <= counted);
      // What becomes of them on the way is counted beside it.
      BOOST_TEST(counted <= taken + 1'000 * 300 + taken / 5);
    }
  }
}

BOOST_AUTO_TEST_CASE(bounds_what_waits_for_sqlite) {
  SqliteRestarts life;
  std::promise<void> go;
  std::promise<void> begun;
  Answers answers;
  const auto each = pending_bytes(one("a"));
  life.settings.waiting_bytes_max = 10 * each;
  life.event_log().update(life.settings);
  // The writer does not come for more before it has told this one.
  life.event_log().append(one("a"), [&](const auto&) {
    begun.set_value();
    go.get_future().wait();
  });
  begun.get_future().wait();
  for (int i = 0; i < 9; ++i) life.event_log().append(one("a"), answers.take());
  BOOST_TEST(answers.count() == 0U);
  BOOST_TEST(life.event_log().backlog().bytes == 10 * each);
  life.event_log().append(one("b"), answers.take());
  BOOST_TEST(answers.count("full") == 1U);
  BOOST_TEST(life.event_log().backlog().refused == 1U);
  BOOST_TEST(!life.event_log().unavailable_reason());
  go.set_value();
  BOOST_TEST(answers.all_come());
  BOOST_TEST(answers.count("full") == 1U);
  BOOST_TEST(life.publish("a") == "life1-11");
  BOOST_TEST(eventually([&] { return life.event_log().backlog().bytes == 0; }));
}

BOOST_FIXTURE_TEST_CASE(bounds_what_waits_for_redis, RedisFixture) {
  const auto each = pending_bytes(one("a"));
  settings.waiting_bytes_max = 10 * each;
  const auto event_log = worker();
  publish(*event_log, "a");
  bool full = false;
  // One that is paused is in trouble after a moment: if that passed before all was asked, once more.
  for (int tries = 0; tries < 5 && !full; ++tries) {
    Answers answers;
    BOOST_REQUIRE(
        eventually([&] { return !event_log->unavailable_reason() && event_log->backlog().bytes == 0; }));
    server.signal(SIGSTOP);
    for (int i = 0; i < 10; ++i) event_log->append(one("a"), answers.take());
    const auto before = answers.count();
    const auto waiting = event_log->backlog().bytes;
    event_log->append(one("a"), answers.take());
    full = before == 0 && waiting == 10 * each && answers.count("full") == 1;
    server.signal(SIGCONT);
    BOOST_TEST(answers.all_come());
  }
  BOOST_TEST(full);
  BOOST_TEST(event_log->backlog().refused >= 1U);
  BOOST_TEST(eventually([&] { return !event_log->unavailable_reason() && event_log->backlog().bytes == 0; }));
}

BOOST_AUTO_TEST_SUITE_END()
