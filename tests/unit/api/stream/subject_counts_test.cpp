#include "api/stream/subject_counts.hpp"

#include <boost/test/unit_test.hpp>
#include <thread>

#include "api/stream/slots.hpp"

using namespace worker;
using namespace worker::api;

BOOST_AUTO_TEST_SUITE(subject_counts_suite)

BOOST_AUTO_TEST_CASE(each_subject_has_its_limit) {
  SubjectCounts counts(2);
  auto* first = counts.add("alice", {}).value();
  auto* second = counts.add("alice", {}).value();
  BOOST_TEST(first == second);
  BOOST_TEST(first->first == "alice");
  BOOST_TEST(counts.add("alice", {}).error().recent == 1U);
  BOOST_TEST(counts.add("alice", {}).error().recent == 2U);
  auto* other = counts.add("bob", {}).value();
  BOOST_TEST(counts.subjects() == 2U);
  counts.remove(*first);
  BOOST_TEST(counts.add("alice", {}).has_value());
  counts.remove(*first);
  counts.remove(*first);
  counts.remove(*other);
  BOOST_TEST(counts.subjects() == 0U);
}

BOOST_AUTO_TEST_CASE(without_a_limit_they_are_counted_for_a_later_one) {
  SubjectCounts counts(0);
  auto* entry = counts.add("alice", {}).value();
  counts.add("alice", {}).value();
  counts.set_limit(2);
  BOOST_TEST(!counts.add("alice", {}));
  counts.remove(*entry);
  BOOST_TEST(counts.add("alice", {}).has_value());
}

BOOST_AUTO_TEST_CASE(a_slot_counts_its_subject) {
  using Reason = StreamSlots::Refused::Reason;
  StreamSlots slots(3, 0, 2);
  const http::RemoteAddress address;
  auto first = std::make_optional(slots.take(address, {}, "alice").value());
  const auto second = slots.take(address, {}, "alice");
  BOOST_TEST(first->subject() == "alice");
  BOOST_TEST((slots.take(address, {}, "alice").error().reason == Reason::subject_full));
  BOOST_TEST(slots.used() == 2U);
  first.reset();
  BOOST_TEST(slots.used() == 1U);
  const auto third = slots.take(address, {}, "alice");
  BOOST_TEST(third.has_value());
  const auto fourth = slots.take(address, {}, "bob");
  BOOST_TEST(fourth.has_value());
  // The limit of all takes nothing from the subject.
  BOOST_TEST((slots.take(address, {}, "carol").error().reason == Reason::all_taken));
  BOOST_TEST(slots.subjects().subjects() == 2U);
}

BOOST_AUTO_TEST_CASE(from_several_threads) {
  SubjectCounts counts(5);
  const auto work = [&](const std::string& subject) {
    for (int i = 0; i < 2'000; ++i) {
      if (const auto entry = counts.add(subject, {})) counts.remove(*entry.value());
    }
  };
  std::thread one(work, "alice"), two(work, "alice"), three(work, "bob");
  one.join();
  two.join();
  three.join();
  BOOST_TEST(counts.subjects() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
