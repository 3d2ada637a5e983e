// Writers: which of several publish streams may write to a topic.
#include "api/publish/writers.hpp"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <thread>

using worker::api::Writers;

namespace {

struct Fixture {
  std::unique_ptr<Writers::Lease> take(const std::vector<std::string>& topics, const std::string& name) {
    return writers.take(topics, name,
                        [this, name](const std::string& by) { fenced += name + " by " + by + "|"; });
  }
  static bool writes(Writers::Lease& lease) {
    bool called = false;
    const bool wrote = lease.write([&] { called = true; });
    BOOST_TEST(wrote == called);
    return wrote;
  }

  Writers writers;
  std::string fenced;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(writers_suite, Fixture)

BOOST_AUTO_TEST_CASE(the_latest_takes_over) {
  const auto one = take({"t"}, "A");
  BOOST_TEST(writes(*one));
  const auto two = take({"t"}, "B");
  BOOST_TEST(fenced == "A by B|");
  BOOST_TEST(!writes(*one));
  BOOST_TEST(!writes(*one));
  BOOST_TEST(writes(*two));
  const auto three = take({"t"}, "C");
  BOOST_TEST(fenced == "A by B|B by C|");
  BOOST_TEST(!writes(*two));
  BOOST_TEST(writes(*three));
}

// A publisher that comes back before the worker knows that it has left.
BOOST_AUTO_TEST_CASE(also_one_of_the_same_name) {
  const auto one = take({"t"}, "A");
  const auto two = take({"t"}, "A");
  BOOST_TEST(fenced == "A by A|");
  BOOST_TEST(!writes(*one));
  BOOST_TEST(writes(*two));
}

BOOST_AUTO_TEST_CASE(other_topics_are_not_concerned) {
  const auto one = take({"a", "b"}, "A");
  const auto two = take({"c"}, "B");
  BOOST_TEST(writes(*one));
  BOOST_TEST(writes(*two));
  // One of its topics is enough, and it is told once.
  const auto three = take({"b", "a", "c"}, "C");
  BOOST_TEST(fenced == "A by C|B by C|");
  BOOST_TEST(!writes(*one));
}

BOOST_AUTO_TEST_CASE(whoever_has_left_is_not_told) {
  take({"t"}, "A");
  const auto two = take({"t"}, "B");
  BOOST_TEST(fenced == "");
  BOOST_TEST(writes(*two));
}

// The topic stays with the one who took it over, whichever of them leaves first.
BOOST_AUTO_TEST_CASE(in_whichever_order_they_leave) {
  auto one = take({"t"}, "A");
  auto two = take({"t"}, "B");
  one.reset();
  BOOST_TEST(writes(*two));
  auto three = take({"t"}, "C");
  BOOST_TEST(fenced == "A by B|B by C|");
  two.reset();
  auto four = take({"t"}, "D");
  BOOST_TEST(fenced == "A by B|B by C|C by D|");
  four.reset();
  BOOST_TEST(!writes(*three));
  const auto five = take({"t"}, "E");
  BOOST_TEST(fenced == "A by B|B by C|C by D|");
  BOOST_TEST(writes(*five));
}

BOOST_AUTO_TEST_CASE(a_topic_of_one_who_lost_another) {
  const auto one = take({"a", "b"}, "A");
  const auto two = take({"a"}, "B");
  const auto three = take({"b"}, "C");
  BOOST_TEST(fenced == "A by B|");
  BOOST_TEST(writes(*two));
  BOOST_TEST(writes(*three));
}

// What a writer gives the store comes before anything that the next one gives it.
BOOST_AUTO_TEST_CASE(no_write_after_the_take_over_on_two_threads) {
  for (int round = 0; round < 200; ++round) {
    std::atomic<int> writer = 1;
    std::atomic<bool> begun = false;
    std::atomic<int> late = 0;
    auto one = take({"t"}, "A");
    std::thread thread([&] {
      while (one->write([&] {
        if (writer != 1) ++late;
        begun = true;
        if (writer != 1) ++late;
      })) {
      }
    });
    while (!begun) std::this_thread::yield();
    const auto two = writers.take({"t"}, "B", [](const auto&) {});
    writer = 2;
    BOOST_TEST(writes(*two));
    thread.join();
    BOOST_REQUIRE_EQUAL(late, 0);
  }
}

BOOST_AUTO_TEST_CASE(taking_and_leaving_on_two_threads) {
  const auto churn = [this](const char* name) {
    for (int i = 0; i < 2'000; ++i) {
      const auto lease = writers.take({"a", "b"}, name, [](const auto&) {});
      lease->write([] {});
    }
  };
  std::thread other([&] { churn("B"); });
  churn("A");
  other.join();
  const auto last = take({"a", "b"}, "C");
  BOOST_TEST(fenced == "");
  BOOST_TEST(writes(*last));
}

BOOST_AUTO_TEST_SUITE_END()
