#include "hooks/readers.hpp"

#include <fmt/format.h>

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/logger.hpp"
#include "support/manual_clock.hpp"

using namespace worker;
using namespace worker::hooks;
using namespace std::chrono_literals;
using Kind = Readers::Kind;

namespace {

struct Fixture {
  explicit Fixture(Settings more = {}, std::size_t leaving_max = 1'000)
      : settings(std::move(more)), readers(on(settings), "web1:/sock", "f00", clock, metrics, leaving_max) {}

  static const Settings& on(Settings& settings) {
    settings.url = "http://receiver";
    return settings;
  }
  auto enter(std::vector<std::string> topics, std::string_view subject = {}, Kind kind = Kind::stream) {
    return readers.enter(topics, subject, kind);
  }
  static std::string covered(const Readers& readers, const std::vector<std::string_view>& asked) {
    const auto selectors = log::Selectors::parse(asked, 1'000).value();
    return fmt::format("{}", fmt::join(readers.covered(selectors), " "));
  }
  /// The events of the next delivery: `type topic`, one a line; nothing where there is none.
  std::string told() {
    const auto delivery = readers.take(false);
    if (!delivery) return {};
    readers.settle(*delivery, false);
    return text(*delivery);
  }
  static std::string text(const Delivery& delivery) {
    std::string text;
    const auto body = nlohmann::json::parse(delivery.body);
    for (const auto& each : body["events"]) {
      if (!text.empty()) text += "; ";
      text += each["type"];
      for (const auto* key : {"reason", "topic", "stream", "subject"}) {
        if (each.contains(key)) text += " " + each[key].get<std::string>();
      }
    }
    return text;
  }

  support::ManualClock clock;
  metrics::Registry registry;
  Metrics metrics{registry};
  Settings settings;
  Readers readers;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(readers_suite)

BOOST_AUTO_TEST_CASE(exact_bytes_of_a_delivery) {
  Fixture some({.events = {.opened = true, .closed = true}});
  auto stay = some.enter({"a\"b", "c"}, "alice");
  auto delivery = some.readers.take(false).value();
  BOOST_TEST(delivery.id == "f00-1");
  BOOST_TEST(delivery.events == 4U);
  BOOST_TEST(delivery.body == R"({"id":"f00-1","worker":"web1:/sock","lost":0,"events":[)"
                              R"({"type":"reset","reason":"started","at":"2026-11-22T07:20:00.123Z"},)"
                              R"({"type":"occupied","topic":"a\"b","at":"2026-11-22T07:20:00.123Z"},)"
                              R"({"type":"occupied","topic":"c","at":"2026-11-22T07:20:00.123Z"},)"
                              R"({"type":"opened","stream":"f00.1","topics":["a\"b","c"],"subject":"alice",)"
                              R"("at":"2026-11-22T07:20:00.123Z"}]})");
  some.readers.settle(delivery, false);
  stay.reset();
  some.clock.advance(5s);
  delivery = some.readers.take(false).value();
  BOOST_TEST(delivery.body == R"({"id":"f00-2","worker":"web1:/sock","lost":0,"events":[)"
                              R"({"type":"vacated","topic":"a\"b","at":"2026-11-22T07:20:00.123Z"},)"
                              R"({"type":"vacated","topic":"c","at":"2026-11-22T07:20:00.123Z"},)"
                              R"({"type":"closed","stream":"f00.1","topics":["a\"b","c"],"subject":"alice",)"
                              R"("at":"2026-11-22T07:20:00.123Z"}]})");
  some.readers.settle(delivery, false);
  const auto last = some.readers.take_stopped();
  BOOST_TEST(last.body == R"({"id":"f00-3","worker":"web1:/sock","lost":0,"events":[)"
                          R"({"type":"stopped","at":"2026-11-22T07:20:05.123Z"}]})");
}

BOOST_AUTO_TEST_CASE(which_names_and_patterns_are_covered) {
  const Fixture all;
  BOOST_TEST(all.covered(all.readers, {"a", "a/*", "*", "$presence/a"}) == "a * a/*");
  const Fixture some({.topics = {"orders/*", "news"}});
  BOOST_TEST(some.covered(some.readers, {"orders/7", "news", "orders", "newsroom", "$stats"}) ==
             "news orders/7");
  // Whoever reads these reads orders, too.
  BOOST_TEST(some.covered(some.readers, {"orders/*", "orders/7/*", "*", "news/*", "other/*"}) ==
             "* orders/* orders/7/*");
  support::ManualClock clock;
  metrics::Registry registry;
  Metrics metrics{registry};
  const Readers off({}, "w", "f", clock, metrics);
  BOOST_TEST(!off.enabled());
  BOOST_TEST(some.covered(off, {"a", "*"}) == "");
}

BOOST_AUTO_TEST_CASE(which_templates_are_covered) {
  using log::TypedSelector;
  log::TemplateCache templates;
  const auto covered = [&](const Fixture& some, std::string_view text,
                           TypedSelector::Kind kind = TypedSelector::Kind::uri_template) {
    const auto asked = log::Selectors::parse({{kind, text}}, 1'000, templates).value();
    return fmt::format("{}", fmt::join(some.readers.covered(asked), " "));
  };
  const Fixture some({.topics = {"a/orders/*", "a/news/today"}});
  for (const auto* text :
       {"a/orders/{id}", "a/orders/7/{id}", "a/order{id}x", "a/{kind}/7", "{+all}", "a/news/{day}"})
    BOOST_TEST(covered(some, text) == text);
  for (const auto* text : {"b/{id}", "a/news/{day}/x", "a/new{day}", "$stats{x}"})
    BOOST_TEST(covered(some, text) == "");
  // Only the names are compared with it.
  const auto url = TypedSelector::Kind::url_pattern;
  BOOST_TEST(covered(some, "https://a.example/:id", url) == "https://a.example/:id");
  const Fixture names({.topics = {"https://a.example/1", "news"}});
  BOOST_TEST(covered(names, "https://a.example/:id", url) == "https://a.example/:id");
  BOOST_TEST(covered(names, "https://b.example/:id", url) == "");
  BOOST_TEST(covered(names, "new{x}") == "new{x}");
  BOOST_TEST(covered(names, "old{x}") == "");
  // Where all topics are told, whatever is asked for. A name that looks like a pattern has no events.
  const Fixture all;
  BOOST_TEST(covered(all, "b/{id}") == "b/{id}");
  BOOST_TEST(covered(all, "*") == "*");
  BOOST_TEST(covered(all, "a/*") == "");
}

BOOST_AUTO_TEST_CASE(a_template_is_occupied_as_long_as_somebody_reads_by_it) {
  Fixture some;
  some.told();
  auto one = some.enter({"a/{id}"}), other = some.enter({"a/{id}", "a/1"});
  BOOST_TEST(some.told() == "occupied a/{id}; occupied a/1");
  one.reset();
  some.clock.advance(5s);
  BOOST_TEST(some.told() == "");
  other.reset();
  some.clock.advance(5s);
  BOOST_TEST(some.told() == "vacated a/{id}; vacated a/1");
}

BOOST_AUTO_TEST_CASE(only_the_kinds_that_are_wanted) {
  Fixture occupied({.events = {.vacated = false}});
  auto stay = occupied.enter({"a"});
  BOOST_TEST(occupied.told() == "reset started; occupied a");
  stay.reset();
  occupied.clock.advance(5s);
  BOOST_TEST(occupied.told() == "");
  BOOST_TEST(occupied.readers.totals().waiting == 0U);
  stay = occupied.enter({"a"});
  BOOST_TEST(occupied.told() == "occupied a");

  Fixture closed({.events = {.occupied = false, .vacated = false, .closed = true}});
  stay = closed.enter({"a"}, "bob");
  BOOST_TEST(closed.told() == "reset started");
  stay.reset();
  BOOST_TEST(closed.told() == "closed f00.1 bob");
}

BOOST_AUTO_TEST_CASE(a_long_poll_occupies_and_opens_nothing) {
  Fixture some({.events = {.opened = true, .closed = true}});
  const auto poll = some.enter({"a"}, {}, Kind::poll);
  BOOST_TEST(some.told() == "reset started; occupied a");
}

BOOST_AUTO_TEST_CASE(a_delivery_waits_for_more_unless_it_is_full) {
  Fixture some({.batch_wait = 100ms, .batch_max = 3});
  BOOST_TEST((some.readers.due() == some.clock.now() + 100ms));
  some.told();
  BOOST_TEST(!some.readers.due());
  const auto first = some.enter({"a", "b"});
  BOOST_TEST((some.readers.due() == some.clock.now() + 100ms));
  const auto second = some.enter({"c"});
  BOOST_TEST((some.readers.due() == some.clock.now()));
  BOOST_TEST(some.told() == "occupied a; occupied b; occupied c");
}

BOOST_AUTO_TEST_CASE(events_of_streams_are_bounded_and_the_loss_is_told) {
  Fixture some({.events = {.opened = true}, .queue_bytes_max = 1'000});
  some.told();
  std::vector<std::unique_ptr<Readers::Stay>> stays;
  for (int i = 0; i < 20; ++i) stays.push_back(some.enter({"a"}));
  const auto lost = some.metrics.lost.value();
  BOOST_TEST(lost > 10U);
  auto delivery = some.readers.take(false).value();
  BOOST_TEST(delivery.content.stream_events.size() == 20 - lost);
  BOOST_TEST(nlohmann::json::parse(delivery.body)["lost"] == lost);
  // What is lost meanwhile is told with the next one.
  some.readers.settle(delivery, false);
  for (int i = 0; i < 20; ++i) stays.push_back(some.enter({"a"}));
  delivery = some.readers.take(false).value();
  BOOST_TEST(nlohmann::json::parse(delivery.body)["lost"] == some.metrics.lost.value() - lost);
  some.readers.settle(delivery, false);
  BOOST_TEST(nlohmann::json::parse(some.readers.take(true).value().body)["lost"] == 0);
}

BOOST_AUTO_TEST_CASE(a_delivery_that_is_given_up_is_lost_and_all_states_are_told_anew) {
  Fixture some({.events = {.opened = true}});
  const auto a = some.enter({"a"});
  auto b = some.enter({"b"});
  const auto delivery = some.readers.take(false).value();
  b.reset();
  some.readers.give_up(delivery);
  BOOST_TEST(some.metrics.lost.value() == 2U);
  const auto next = some.readers.take(false).value();
  BOOST_TEST(some.text(next) == "reset given_up; occupied a");
  BOOST_TEST(next.content.lost == 2U);
  BOOST_TEST(next.id == "f00-2");
}

BOOST_AUTO_TEST_CASE(a_receiver_that_forgot_gets_everything_once) {
  Fixture some;
  const auto stay = some.enter({"a", "b"});
  auto delivery = some.readers.take(false).value();
  some.readers.settle(delivery, true);
  // It had the reset: it cannot have forgotten more.
  BOOST_TEST(some.told() == "");
  delivery = some.readers.take(true).value();
  BOOST_TEST(delivery.events == 0U);
  some.readers.settle(delivery, true);
  BOOST_TEST(some.told() == "reset asked; occupied a; occupied b");
  BOOST_TEST(some.told() == "");
}

BOOST_AUTO_TEST_CASE(too_many_vacated_topics_become_a_reset) {
  Fixture some({}, 10);
  const auto kept = some.enter({"kept"});
  std::vector<std::string> topics;
  for (int i = 0; i < 11; ++i) topics.push_back(fmt::format("t{}", i));
  auto stay = some.enter(topics);
  some.told();
  stay.reset();
  BOOST_TEST(some.told() == "reset overflow; occupied kept");
  BOOST_TEST(some.readers.totals().topics == 1U);
  BOOST_TEST(some.readers.totals().waiting == 0U);
}

BOOST_AUTO_TEST_CASE(memory_for_a_million_topics_comes_back) {
  Fixture some;
  some.told();
  for (int i = 0; i < 1'000; ++i) {
    std::vector<std::string> topics;
    for (int j = 0; j < 1'000; ++j) topics.push_back(fmt::format("t/{}/{}", i, j));
    const auto stay = some.enter(topics);
    if (i % 100 == 0) some.told();
    BOOST_TEST(some.readers.totals().waiting <= 6'000U);
  }
  BOOST_TEST(some.readers.totals().topics == 0U);
}

BOOST_AUTO_TEST_CASE(waits_end_with_something_to_deliver_and_with_an_interruption) {
  Settings settings{.url = "http://receiver", .batch_wait = 0ms};
  const base::SystemClock clock;
  metrics::Registry registry;
  Metrics metrics{registry};
  Readers readers(settings, "w", "f", clock, metrics);
  readers.settle(readers.take(false).value(), false);
  std::unique_ptr<Readers::Stay> stay;
  // Before the wait or during it.
  std::thread reader([&] { stay = readers.enter({"a"}, {}, Kind::stream); });
  readers.wait_for_more(std::nullopt);
  BOOST_TEST(readers.due().has_value());
  readers.interrupt();
  reader.join();
  readers.wait_until(clock.now() + 1h);
  readers.wait_for_more(clock.now() + 1h);
}

BOOST_AUTO_TEST_SUITE_END()
