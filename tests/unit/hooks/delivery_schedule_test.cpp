#include "hooks/delivery_schedule.hpp"

#include <spdlog/sinks/ostream_sink.h>

#include <boost/test/unit_test.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

#include "support/manual_clock.hpp"

using namespace worker;
using namespace worker::hooks;
using namespace std::chrono_literals;

namespace {

const Answer accepted{.kind = Answer::Kind::accepted};
const Answer refused{.reason = "the receiver answers 500"};

struct Fixture {
  explicit Fixture(Settings more = {})
      : settings(std::move(more)),
        readers((settings.url = "http://receiver", settings), "web1", "f00", clock, metrics),
        schedule(readers, clock, random, logger, metrics) {}

  auto enter(const std::string& topic, Readers::Kind kind = Readers::Kind::stream) {
    return readers.enter({topic}, {}, kind);
  }
  DeliverySchedule::Step next() { return schedule.next(settings); }
  void answer(const Answer& answer) { schedule.on_answer(answer, settings); }
  /// Moves the clock to where the next attempt is, and returns how long that takes.
  std::chrono::milliseconds wait() {
    const auto step = next();
    BOOST_REQUIRE(step.send == nullptr);
    BOOST_REQUIRE(step.until.has_value());
    const auto time = std::chrono::ceil<std::chrono::milliseconds>(*step.until - clock.now());
    clock.advance(time);
    return time;
  }
  /// The delivery that is sent next.
  const Delivery& sent() {
    auto step = next();
    if (step.send == nullptr) {
      wait();
      step = next();
    }
    BOOST_REQUIRE(step.send != nullptr);
    return *step.send;
  }
  std::string log() { return std::exchange(lines, std::ostringstream()).str(); }

  support::ManualClock clock;
  metrics::Registry registry;
  Metrics metrics{registry};
  Settings settings;
  Readers readers;
  base::Random random{7};
  std::ostringstream lines;
  base::Logger logger{"test", std::make_shared<spdlog::sinks::ostream_sink_mt>(lines)};
  DeliverySchedule schedule;
};

std::string types(const Delivery& delivery) {
  std::string text;
  const auto body = nlohmann::json::parse(delivery.body);
  for (const auto& each : body["events"])
    text += each["type"].get<std::string>() + each.value("topic", "") + " ";
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(delivery_schedule_suite)

BOOST_AUTO_TEST_CASE(a_worker_begins_with_a_reset_and_then_waits_for_readers) {
  Fixture some({.batch_wait = 100ms, .heartbeat = 0ms});
  BOOST_TEST((some.wait() == 100ms));
  BOOST_TEST(types(some.sent()) == "reset ");
  some.answer(accepted);
  auto step = some.next();
  BOOST_TEST(step.send == nullptr);
  BOOST_TEST(!step.until);
  BOOST_TEST(step.for_more);
  const auto stay = some.enter("a");
  step = some.next();
  BOOST_TEST((step.until == some.clock.now() + 100ms));
  BOOST_TEST(types(some.sent()) == "occupieda ");
  some.answer(accepted);
  BOOST_TEST(some.metrics.deliveries.value() == 2U);
  BOOST_TEST(some.metrics.events.value() == 2U);
  BOOST_TEST(some.metrics.failures.value() == 0U);
}

BOOST_AUTO_TEST_CASE(a_delivery_is_repeated_unchanged_with_growing_pauses) {
  Fixture some({.retry_max = 1h});
  const auto stay = some.enter("a");
  const auto first = some.sent();
  const std::chrono::milliseconds longest[] = {1s, 2s, 4s, 8s, 16s, 30s, 30s, 30s};
  for (const auto most : longest) {
    some.answer(refused);
    const auto pause = some.wait();
    BOOST_TEST((pause >= 500ms && pause <= most));
    const auto other = some.enter("b");
    BOOST_TEST(some.sent().id == first.id);
    BOOST_TEST(some.sent().body == first.body);
  }
  some.answer(accepted);
  BOOST_TEST(some.metrics.failures.value() == 8U);
  // Nothing is left of those that came and went meanwhile.
  BOOST_TEST(some.next().for_more);
  some.clock.advance(30s);
  BOOST_TEST(types(some.sent()) == "");
  some.answer(refused);
  BOOST_TEST((some.wait() <= 1s));
}

BOOST_AUTO_TEST_CASE(after_an_outage_the_latest_state_is_told) {
  Fixture some;
  some.sent();
  some.answer(refused);
  auto a = some.enter("a");
  auto b = some.enter("b");
  a.reset();
  some.sent();
  some.answer(accepted);
  BOOST_TEST(types(some.sent()) == "occupiedb ");
  some.answer(refused);
  b.reset();
  const auto c = some.enter("c");
  for (int i = 0; i < 8; ++i) {
    some.wait();
    BOOST_TEST(types(some.sent()) == "occupiedb ");
    some.answer(refused);
  }
  some.sent();
  some.answer(accepted);
  BOOST_TEST(types(some.sent()) == "occupiedc vacatedb ");
}

BOOST_AUTO_TEST_CASE(the_receiver_says_when_to_come_back_within_a_bound) {
  Fixture some({.retry_max = 1h});
  some.sent();
  some.answer({.reason = "429", .retry_after = 120s});
  BOOST_TEST((some.wait() == 120s));
  some.sent();
  some.answer({.reason = "429", .retry_after = 86'400s});
  BOOST_TEST((some.wait() == 300s));
}

BOOST_AUTO_TEST_CASE(a_delivery_is_given_up_and_the_next_one_waits_as_long) {
  Fixture some({.events = {.opened = true}, .retry_max = 10s});
  const auto stay = some.enter("a");
  const auto first = some.sent().id;
  std::chrono::milliseconds waited{0};
  for (; some.metrics.lost.value() == 0; waited += some.wait()) {
    BOOST_TEST(some.sent().id == first);
    some.answer(refused);
  }
  BOOST_TEST((waited > 10s && waited < 30s));
  const auto& next = some.sent();
  BOOST_TEST(next.id != first);
  BOOST_TEST(types(next) == "reset occupieda ");
  BOOST_TEST(next.content.lost == 1U);
  BOOST_TEST(
      some.log().find("hooks: a delivery is given up; all occupied topics will be sent again: id=" + first +
                      " lost_events=1 error=\"the receiver answers 500\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_silent_worker_sends_an_empty_delivery_now_and_then) {
  Fixture some({.heartbeat = 30s});
  some.sent();
  some.answer(accepted);
  BOOST_TEST((some.wait() == 30s));
  const auto beat = some.sent();
  BOOST_TEST(beat.events == 0U);
  BOOST_TEST(beat.body == R"({"id":"f00-2","worker":"web1","lost":0,"events":[]})");
  some.answer({.kind = Answer::Kind::forgot});
  BOOST_TEST(types(some.sent()) == "reset ");
}

BOOST_AUTO_TEST_CASE(the_log_has_each_reason_once_and_the_recovery) {
  Fixture some({.retry_max = 1h});
  for (const auto* reason : {"a", "a", "a", "b"}) {
    some.sent();
    some.answer({.reason = reason});
  }
  some.sent();
  some.answer(accepted);
  const auto log = some.log();
  const auto count = [&](std::string_view text) {
    std::size_t found = 0;
    for (auto at = log.find(text); at != std::string::npos; at = log.find(text, at + 1)) ++found;
    return found;
  };
  BOOST_TEST(count("error=\"a\"") == 1U);
  BOOST_TEST(count("error=\"b\"") == 1U);
  BOOST_TEST(count("hooks recovered") == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
