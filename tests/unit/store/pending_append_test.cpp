// What may wait to be kept, at its bound and beyond it.
#include "store/pending_append.hpp"

#include <malloc.h>

#include <boost/test/unit_test.hpp>

#include "unit/store/redis/redis_fixture.hpp"
#include "unit/store/sqlite/sqlite_restarts.hpp"

using namespace worker::log;
using namespace worker::store;
using namespace worker::support;

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

}  // namespace

BOOST_AUTO_TEST_SUITE(waiting_suite)

BOOST_AUTO_TEST_CASE(as_much_as_may_wait_and_one_byte_more) {
  PendingBytes waits;
  BOOST_TEST(waits.take(60, 100));
  BOOST_TEST(waits.take(40, 100));
  BOOST_TEST(!waits.take(1, 100));
  BOOST_TEST(waits.size() == 100U);
  BOOST_TEST(waits.refused() == 1U);
  waits.release(60);
  BOOST_TEST(!waits.take(61, 100));
  BOOST_TEST(!waits.take(std::string::npos, 100));
  BOOST_TEST(waits.take(60, 100));
  BOOST_TEST(waits.refused() == 3U);
}

BOOST_AUTO_TEST_CASE(what_is_larger_waits_alone) {
  PendingBytes waits;
  BOOST_TEST(waits.take(1'000, 100));
  BOOST_TEST(!waits.take(1, 100));
  waits.release(1'000);
  BOOST_TEST(waits.take(1, 100));
  BOOST_TEST(!waits.take(1'000, 100));
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

BOOST_AUTO_TEST_CASE(for_the_disk) {
  SqliteRestarts life;
  std::promise<void> go;
  std::promise<void> begun;
  Answers answers;
  const auto each = pending_bytes(one("a"));
  life.settings.waiting_bytes_max = 10 * each;
  life.journal().update(life.settings);
  // The writer does not come for more before it has told this one.
  life.journal().append(one("a"), [&](const auto&) {
    begun.set_value();
    go.get_future().wait();
  });
  begun.get_future().wait();
  for (int i = 0; i < 9; ++i) life.journal().append(one("a"), answers.take());
  BOOST_TEST(answers.count() == 0U);
  BOOST_TEST(life.journal().backlog().bytes == 10 * each);
  life.journal().append(one("b"), answers.take());
  BOOST_TEST(answers.count("full") == 1U);
  BOOST_TEST(life.journal().backlog().refused == 1U);
  BOOST_TEST(!life.journal().unavailable_reason());
  go.set_value();
  BOOST_TEST(answers.all_come());
  BOOST_TEST(answers.count("full") == 1U);
  BOOST_TEST(life.publish("a") == "life1-11");
  BOOST_TEST(eventually([&] { return life.journal().backlog().bytes == 0; }));
}

BOOST_FIXTURE_TEST_CASE(for_redis, RedisFixture) {
  const auto each = pending_bytes(one("a"));
  settings.waiting_bytes_max = 10 * each;
  const auto journal = worker();
  publish(*journal, "a");
  bool full = false;
  // One that is paused is in trouble after a moment: if that passed before all was asked, once more.
  for (int tries = 0; tries < 5 && !full; ++tries) {
    Answers answers;
    BOOST_REQUIRE(
        eventually([&] { return !journal->unavailable_reason() && journal->backlog().bytes == 0; }));
    server.signal(SIGSTOP);
    for (int i = 0; i < 10; ++i) journal->append(one("a"), answers.take());
    const auto before = answers.count();
    const auto waiting = journal->backlog().bytes;
    journal->append(one("a"), answers.take());
    full = before == 0 && waiting == 10 * each && answers.count("full") == 1;
    server.signal(SIGCONT);
    BOOST_TEST(answers.all_come());
  }
  BOOST_TEST(full);
  BOOST_TEST(journal->backlog().refused >= 1U);
  BOOST_TEST(eventually([&] { return !journal->unavailable_reason() && journal->backlog().bytes == 0; }));
}

BOOST_AUTO_TEST_SUITE_END()
