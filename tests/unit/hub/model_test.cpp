// The hub against a model of what every subscriber is owed, for thousands of random steps: publishing for all
// or for some, coming, stalling, draining, leaving, closing, evicting, in whatever order, with the loop
// turned only now and then.
#include "model.hpp"

#include <boost/test/unit_test.hpp>
#include <random>

#include "support/hub_fixture.hpp"

using namespace worker::hub;
using namespace worker::support;
using namespace std::chrono_literals;

namespace {

constexpr int endless = 1'000'000;

class Play : public HubFixture {
 public:
  explicit Play(unsigned seed) : random_(seed) {
    history = {.topic_events_max = 40, .age_max = 20s, .bytes_max = 2'000'000};
    settings = {
        .heartbeat = 2s, .flush_cost_per_stream = 1ms, .flush_interval_max = 20ms, .conflate = {"k/*"}};
    shard();
  }

  void step() {
    act();
    // As the acceptor destroys connections at the end of a turn.
    std::erase_if(subscribers_, [&](const auto& subscriber) { return subscriber->ended; });
  }

  void finish() {
    for (int round = 0; round < 30; ++round) {
      for (const auto& subscriber : subscribers_) refill(*subscriber, endless);
      settle();
    }
    for (const auto& subscriber : subscribers_) subscriber->check_complete();
  }

  Ledger ledger{"k/*"};

 private:
  void act() {
    switch (below(16)) {
      case 0:
      case 1:
      case 2:
      case 3:
        return publish_some(1);
      case 4:
        return publish_some(1 + below(12));
      case 5:
      case 6:
        return subscribe_one();
      case 7:
      case 8:
      case 9:
        return drain_one();
      case 10:
        if (auto* subscriber = any()) subscriber->room = std::min(subscriber->room, 1 + below(3));
        return;
      case 11:
        return turn();
      case 12:
        return advance(std::chrono::milliseconds(below(15)));
      case 13:
        return below(8) == 0 ? advance(1s) : clock.advance(std::chrono::milliseconds(below(15)));
      case 14:
        return leave_one();
      default:
        return below(4) == 0 ? close_one() : settle();
    }
  }

  int below(int bound) { return static_cast<int>(random_() % static_cast<unsigned>(bound)); }
  const std::string& pick(const std::vector<std::string>& from) { return from[random_() % from.size()]; }
  ModelSubscriber* any() {
    return subscribers_.empty() ? nullptr : subscribers_[random_() % subscribers_.size()].get();
  }

  std::string topic() {
    static const std::vector<std::string> topics = {"a",   "a",     "a",   "b",   "d/1",
                                                    "d/2", "d/1/x", "k/1", "k/1", "k/2"};
    return below(12) == 0 ? fmt::format("c/{}", generation_) : pick(topics);
  }
  void publish_some(int count) {
    std::vector<worker::log::Draft> drafts;
    for (int i = 0; i < count; ++i) {
      worker::log::Draft draft{.topics = {topic()}};
      if (const auto second = topic(); below(4) == 0 && second != draft.topics[0])
        draft.topics.push_back(second);
      const auto size = below(25) == 0 ? 20'000 + below(50'000) : below(400);
      draft.event.data = std::string(static_cast<std::size_t>(size), 'x');
      draft.is_private = below(3) == 0;
      if (below(2) == 0) draft.key = fmt::format("key{}", below(3));
      if (below(10) == 0) draft.event.id = fmt::format("own{}", ledger.last() + static_cast<unsigned>(i));
      drafts.push_back(std::move(draft));
    }
    append_all(std::move(drafts));
  }
  void append_all(std::vector<worker::log::Draft> drafts) {
    const auto before = event_log().last();
    event_log().append(std::move(drafts), [](const auto&) {});
    ledger.add(event_log().read_all(before, 1'000));
  }
  void close_one() {
    std::vector<worker::log::Draft> drafts;
    drafts.push_back(closing(fmt::format("c/{}", generation_)));
    drafts.back().is_private = below(2) == 0;
    ++generation_;
    append_all(std::move(drafts));
  }

  void subscribe_one() {
    const std::vector<std::string> asked = {
        "a",
        "b",
        "a b",
        "d/*",
        "d/1 d/2",
        "*",
        "k/*",
        "k/1",
        "k/1 k/2",
        "a k/* d/1/*",
        "d/{x}",
        "{x}",
        "{+x}/1",
        "k/{x} a d/1",
        "k/* {x,y}",
        fmt::format("c/{}", generation_),
        fmt::format("c/{} c/{}", generation_, std::max(0, generation_ - 1))};
    // None, all, some of what is asked for, or topics of events that have several.
    static const std::vector<std::string> grants = {"",      "",        "",          "*",     "*",      "a",
                                                    "b k/1", "d/* k/*", "d/1/* c/*", "d/{x}", "k/1 {x}"};
    const auto selected = selectors(pick(asked));
    const auto granted = selectors(pick(grants));
    const worker::log::Subscription subscription(selected, granted);
    std::optional<std::string> cursor;
    if (below(3) > 0) cursor = event_log().id_of(random_() % (ledger.last() + 1));
    if (below(6) == 0) cursor = "earliest";
    const auto from = event_log().resume(subscription, cursor);
    if (from.ended) return;
    subscribers_.push_back(std::make_unique<ModelSubscriber>(ledger, event_log().log(), selected, granted,
                                                             from.after, below(2) == 0 ? endless : below(4)));
    if (below(3) == 0) publish_some(1 + below(3));  // between the question and the subscription
    shard().subscribe(*subscribers_.back(), subscription, from.after, from.evictions_seen);
  }
  void refill(ModelSubscriber& subscriber, int takes) {
    if (subscriber.room > 0 || subscriber.ended) return;
    subscriber.room = takes;
    shard().on_drained(subscriber);
  }
  void drain_one() {
    if (auto* subscriber = any()) refill(*subscriber, below(3) == 0 ? endless : 1 + below(4));
  }
  void leave_one() {
    if (subscribers_.size() > 12)
      subscribers_.erase(subscribers_.begin() + below(static_cast<int>(subscribers_.size())));
  }
  std::mt19937 random_;
  int generation_ = 0;
  std::vector<std::unique_ptr<ModelSubscriber>> subscribers_;
};

// The first thing found wrong, with the way to find it again.
std::string played(unsigned seed, int steps) {
  Play play(seed);
  int step = 0;
  for (; step < steps && play.ledger.mistakes.empty(); ++step) play.step();
  if (play.ledger.mistakes.empty()) play.finish();
  if (play.ledger.mistakes.empty()) return {};
  return fmt::format("seed {}, step {}: {}", seed, step, play.ledger.mistakes.front());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(model_suite)

BOOST_AUTO_TEST_CASE(short_plays) {
  for (unsigned seed = 1; seed <= 300; ++seed) BOOST_TEST(played(seed, 60) == "");
}

BOOST_AUTO_TEST_CASE(long_plays) {
  for (unsigned seed = 1'001; seed <= 1'020; ++seed) BOOST_TEST(played(seed, 2'000) == "");
}

BOOST_AUTO_TEST_SUITE_END()
