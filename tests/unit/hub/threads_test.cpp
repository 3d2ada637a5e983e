// Real loops, one thread each, on one log, while others publish. Every wait ends by an event.
#include <algorithm>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <thread>

#include "support/hub_fixture.hpp"

using namespace worker::support;
using worker::base::SystemClock;

namespace {

constexpr int loops = 3;
constexpr int publishers = 3;
constexpr int each = 400;
constexpr int total = publishers * each;

// A subscriber of all that checks the order, and stops its loop when it has everything.
class Counting final : public worker::hub::Subscriber {
 public:
  explicit Counting(worker::net::Loop& loop) : loop_(loop) {}

  bool ready() const override { return true; }
  bool fully_read() const override { return true; }
  void deliver(const worker::hub::Batch& batch) override {
    for (const auto& entry : batch.entries) wrong += entry->sequence() == ++seen ? 0 : 1;
    if (seen >= total) loop_.stop();
  }
  void heartbeat(const worker::base::Bytes& /*wire*/) override {}
  void gap(worker::log::GapReason /*reason*/, worker::log::Sequence /*before*/,
           worker::log::Sequence /*after*/) override {
    ++wrong;
  }
  void end() override { ++wrong; }

  worker::log::Sequence seen = 0;
  int wrong = 0;

 private:
  worker::net::Loop& loop_;
};

struct Turning {
  Turning(const SystemClock& clock, worker::log::Log& log, worker::hub::Metrics& metrics)
      : loop(clock), shard(loop, log, {}, metrics, [](std::string_view payload) {
          return std::make_shared<const std::string>(payload);
        }) {}
  worker::net::Loop loop;
  worker::hub::Shard shard;
  Counting live{loop};
  Counting resuming{loop};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(threads_suite)

BOOST_AUTO_TEST_CASE(every_loop_delivers_everything_in_order) {
  const SystemClock clock;
  worker::support::MemoryLog event_log({}, "e", clock);
  worker::metrics::Registry registry;
  worker::hub::Metrics metrics(registry);
  std::vector<std::unique_ptr<Turning>> turning;
  for (int i = 0; i < loops; ++i)
    turning.push_back(std::make_unique<Turning>(clock, event_log.log(), metrics));
  std::vector<std::thread> threads;
  for (auto& one : turning) {
    threads.emplace_back([&one] {
      one->shard.subscribe(one->live, select("*"), 0, 0);
      one->loop.run();
    });
  }
  for (int i = 0; i < publishers; ++i) {
    threads.emplace_back([&event_log, i] {
      for (int n = 0; n < each; ++n) {
        std::vector<worker::log::Draft> drafts;
        drafts.push_back(draft(fmt::format("t/{}", i), std::string(100, 'x')));
        event_log.append(std::move(drafts), [](const auto&) {});
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (auto& one : turning) {
    BOOST_TEST(one->live.seen == static_cast<worker::log::Sequence>(total));
    BOOST_TEST(one->live.wrong == 0);
  }
}

// Subscribing from place 0 while publishing goes on at full speed: history, then live, with no hole and no
// repeat.
BOOST_AUTO_TEST_CASE(subscribing_in_the_middle_of_it) {
  const SystemClock clock;
  worker::support::MemoryLog event_log({}, "e", clock);
  worker::metrics::Registry registry;
  worker::hub::Metrics metrics(registry);
  Turning turning(clock, event_log.log(), metrics);
  std::vector<std::thread> threads;
  for (int i = 0; i < publishers; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < each; ++n) {
        std::vector<worker::log::Draft> drafts;
        drafts.push_back(draft("t", std::string(1'000, 'x')));
        event_log.append(std::move(drafts), [](const auto&) {});
        if (n == each / 2) {
          turning.loop.post([&] {
            if (turning.resuming.seen == 0) turning.shard.subscribe(turning.resuming, select("t"), 0, 0);
          });
        }
      }
    });
  }
  turning.loop.run();
  for (auto& thread : threads) thread.join();
  BOOST_TEST(turning.resuming.seen == static_cast<worker::log::Sequence>(total));
  BOOST_TEST(turning.resuming.wrong == 0);
}

// A topic may be closed at any moment between a subscriber's look at the log and the next one.
BOOST_AUTO_TEST_CASE(topics_that_are_closed_while_subscribers_subscribe) {
  constexpr int topics = 500;
  const SystemClock clock;
  worker::support::MemoryLog events({}, "e", clock);
  worker::metrics::Registry registry;
  worker::hub::Metrics metrics(registry);
  Turning turning(clock, events.log(), metrics);
  const auto name = [](int n) { return fmt::format("t/{}", n); };
  std::vector<std::unique_ptr<RecordingSubscriber>> subscribers;
  std::atomic<int> begun = 0;
  std::thread publisher([&] {
    for (int n = 0; n < topics; ++n) {
      while (begun < n - 1) std::this_thread::yield();
      for (auto& each : {draft(name(n)), closing(name(n), "bye")}) {
        std::vector<worker::log::Draft> drafts{each};
        events.append(std::move(drafts), [](const auto&) {});
      }
    }
  });
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  std::function<void()> turn = [&] {
    if (begun < topics) {
      for (int i = 0; i < 2; ++i) {
        subscribers.push_back(std::make_unique<RecordingSubscriber>());
        turning.shard.subscribe(*subscribers.back(), select(name(begun)), 0, 0);
      }
      ++begun;
    }
    const bool all = begun == topics && std::ranges::all_of(subscribers, [](const auto& subscriber) {
                       return subscriber->ended;
                     });
    if (all || std::chrono::steady_clock::now() > deadline) return turning.loop.stop();
    turning.loop.post(turn);
  };
  turning.loop.post(turn);
  turning.loop.run();
  publisher.join();
  int wrong = 0;
  for (std::size_t n = 0; n < subscribers.size(); ++n) {
    const auto first = 2 * (n / 2) + 1;
    const auto said = subscribers[n]->news();
    const bool whole = said == fmt::format("[{} {}] closed", first, first + 1) ||
                       said == fmt::format("[{}] [{}] closed", first, first + 1);
    if (!whole) ++wrong;
  }
  BOOST_TEST(subscribers.size() == 2U * topics);
  BOOST_TEST(wrong == 0);
}

BOOST_AUTO_TEST_SUITE_END()
