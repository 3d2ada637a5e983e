#include "net/timer.hpp"

#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>

#include "support/manual_clock.hpp"

using namespace std::chrono_literals;
using namespace worker::net;

namespace {

struct Fixture {
  worker::support::ManualClock clock;
  Timers timers{clock};
  std::string fired;

  std::unique_ptr<Timer> noting(char name) {
    return std::make_unique<Timer>(timers, [this, name] { fired.push_back(name); });
  }
  void advance(std::chrono::milliseconds by) {
    clock.advance(by);
    timers.fire_due();
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(timer_suite, Fixture)

BOOST_AUTO_TEST_CASE(earliest_first_whatever_the_order_of_arming) {
  const auto a = noting('a');
  const auto b = noting('b');
  const auto c = noting('c');
  b->arm_in(20ms);
  c->arm_in(30ms);
  a->arm_in(10ms);
  BOOST_TEST((timers.next() == clock.now() + 10ms));
  advance(30ms);
  BOOST_TEST(fired == "abc");
  BOOST_TEST(!timers.next());
}

BOOST_AUTO_TEST_CASE(equal_times_in_the_order_of_arming) {
  const auto a = noting('a');
  const auto b = noting('b');
  const auto c = noting('c');
  for (auto* timer : {b.get(), a.get(), c.get()}) timer->arm_in(5ms);
  advance(5ms);
  BOOST_TEST(fired == "bac");
}

BOOST_AUTO_TEST_CASE(not_a_moment_early_and_once) {
  const auto a = noting('a');
  a->arm_in(10ms);
  BOOST_TEST(a->armed());
  BOOST_TEST((a->due() == clock.now() + 10ms));
  advance(9ms);
  BOOST_TEST(fired == "");
  advance(1ms);
  BOOST_TEST(fired == "a");
  BOOST_TEST(!a->armed());
  advance(1h);
  BOOST_TEST(fired == "a");
}

BOOST_AUTO_TEST_CASE(a_time_in_the_past_is_due_now) {
  const auto a = noting('a');
  a->arm(clock.now() - 1h);
  timers.fire_due();
  BOOST_TEST(fired == "a");
}

BOOST_AUTO_TEST_CASE(arming_again_replaces) {
  const auto a = noting('a');
  a->arm_in(10ms);
  a->arm_in(20ms);
  advance(10ms);
  BOOST_TEST(fired == "");
  advance(10ms);
  BOOST_TEST(fired == "a");
  a->arm_in(20ms);
  a->arm_in(10ms);
  advance(10ms);
  BOOST_TEST(fired == "aa");
  advance(10ms);
  BOOST_TEST(fired == "aa");
}

BOOST_AUTO_TEST_CASE(cancelled_and_destroyed_timers_do_not_fire) {
  const auto a = noting('a');
  auto b = noting('b');
  a->arm_in(1ms);
  b->arm_in(1ms);
  a->cancel();
  a->cancel();
  b.reset();
  BOOST_TEST(!a->armed());
  BOOST_TEST(!timers.next());
  advance(1ms);
  BOOST_TEST(fired == "");
}

BOOST_AUTO_TEST_CASE(a_callback_arms_its_own_timer) {
  std::unique_ptr<Timer> every;
  every = std::make_unique<Timer>(timers, [&] {
    fired.push_back('e');
    every->arm(every->due() + 10ms);
  });
  every->arm_in(10ms);
  for (int i = 0; i < 3; ++i) advance(10ms);
  BOOST_TEST(fired == "eee");
  BOOST_TEST((every->due() == clock.now() + 10ms));
}

BOOST_AUTO_TEST_CASE(arming_for_now_waits_for_the_next_call) {
  std::unique_ptr<Timer> again;
  again = std::make_unique<Timer>(timers, [&] {
    fired.push_back('x');
    again->arm(clock.now());
  });
  again->arm(clock.now());
  timers.fire_due();
  BOOST_TEST(fired == "x");
  timers.fire_due();
  BOOST_TEST(fired == "xx");
}

BOOST_AUTO_TEST_CASE(a_callback_cancels_and_postpones_others_that_are_due) {
  const auto victim = noting('v');
  const auto later = noting('l');
  const auto last = noting('z');
  Timer first(timers, [&] {
    BOOST_TEST(victim->armed());
    victim->cancel();
    later->arm_in(5ms);
  });
  for (auto* timer : {&first, victim.get(), later.get(), last.get()}) timer->arm_in(1ms);
  advance(1ms);
  BOOST_TEST(fired == "z");
  advance(5ms);
  BOOST_TEST(fired == "zl");
}

BOOST_AUTO_TEST_CASE(a_callback_destroys_others_that_are_due) {
  auto victim = noting('v');
  const auto last = noting('z');
  Timer first(timers, [&] { victim.reset(); });
  for (auto* timer : {&first, victim.get(), last.get()}) timer->arm_in(1ms);
  advance(1ms);
  BOOST_TEST(fired == "z");
}

BOOST_AUTO_TEST_CASE(a_callback_destroys_its_own_timer) {
  auto self = std::make_unique<std::unique_ptr<Timer>>();
  *self = std::make_unique<Timer>(timers, [this, &self] {
    fired.push_back('s');
    self->reset();
  });
  (*self)->arm_in(1ms);
  const auto last = noting('z');
  last->arm_in(1ms);
  advance(1ms);
  BOOST_TEST(fired == "sz");
  BOOST_TEST(*self == nullptr);
}

BOOST_AUTO_TEST_CASE(timers_that_are_left_when_the_turn_is_over_fire_in_the_next) {
  std::vector<std::unique_ptr<Timer>> slow;
  for (const char name : {'a', 'b', 'c', 'd', 'e'}) {
    slow.push_back(std::make_unique<Timer>(timers, [this, name] {
      fired.push_back(name);
      clock.advance(Turn::share / 2);
    }));
    slow.back()->arm_in(1ms);
  }
  advance(1ms);
  BOOST_TEST(fired == "ab");
  BOOST_TEST((timers.next() <= clock.now()));
  slow[2]->cancel();
  timers.fire_due();
  BOOST_TEST(fired == "abde");
  BOOST_TEST(!timers.next());
}

// Until then the loop waits.
BOOST_AUTO_TEST_CASE(knows_when_the_next_one_is_due) {
  const auto a = noting('a');
  const auto b = noting('b');
  BOOST_TEST(!timers.next());
  a->arm_in(10ms);
  b->arm_in(5ms);
  BOOST_TEST((timers.next() == clock.now() + 5ms));
  b->cancel();
  BOOST_TEST((timers.next() == clock.now() + 10ms));
}

BOOST_AUTO_TEST_CASE(thousands_in_order) {
  std::vector<std::unique_ptr<Timer>> many;
  worker::base::Instant last{};
  bool ordered = true;
  for (int i = 0; i < 5'000; ++i) {
    many.push_back(std::make_unique<Timer>(timers, [&, i] {
      ordered = ordered && many[static_cast<std::size_t>(i)]->due() >= last;
      last = many[static_cast<std::size_t>(i)]->due();
      fired.push_back('.');
    }));
    many.back()->arm_in(std::chrono::milliseconds(i * 7'919 % 1'000));
  }
  for (int i = 0; i < 4; ++i) advance(250ms);
  BOOST_TEST(ordered);
  BOOST_TEST(fired.size() == 5'000U);
}

BOOST_AUTO_TEST_SUITE_END()
