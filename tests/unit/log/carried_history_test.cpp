#include "log/carried_history.hpp"

#include <boost/test/unit_test.hpp>

#include "support/append.hpp"
#include "support/drafts.hpp"
#include "support/event_log.hpp"
#include "support/manual_clock.hpp"

using namespace worker;
using namespace worker::support;
using namespace std::chrono_literals;

namespace {

struct Fixture {
  std::string carried() {
    const std::lock_guard lock(before.log().mutex());
    return log::packed(before.log().history());
  }
  // The log of the next process, whose own epoch would be another one.
  EventLog& after() {
    if (!after_) {
      after_.emplace(settings, "f", clock);
      after_->with([&](log::Log& log) { return std::make_unique<store::MemoryStore>(log, carried()); });
    }
    return *after_;
  }
  std::vector<std::string> texts(const EventLog& from) {
    std::vector<std::string> all;
    for (const auto& entry : from.read_all(0, 1'000)) {
      all.push_back(fmt::format("{} {} {} {} {} {} {}", entry->sequence(), entry->frame(), entry->key(),
                                entry->publisher_id(), entry->closes(), entry->is_private(),
                                entry->at().time_since_epoch().count()));
      for (const auto topic : entry->topics()) all.back().append(" ").append(topic);
    }
    return all;
  }

  ManualClock clock;
  log::Settings settings{.topic_events_max = 3};
  MemoryLog before{settings, "e", clock};

 private:
  std::optional<EventLog> after_;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(carried_history_suite, Fixture)

BOOST_AUTO_TEST_CASE(events_come_back_as_they_were) {
  append(before, draft("a b", "text"));
  clock.advance(1s);
  append(before, privately(draft_with_id("a", "of the publisher", "x")));
  append(before, draft_with_key("c", "k"));
  append(before, closing("c"));
  BOOST_TEST(texts(after()) == texts(before), boost::test_tools::per_element());
  BOOST_TEST(after().last() == 4U);
  BOOST_TEST(after().closed(select("c")));
}

BOOST_AUTO_TEST_CASE(cursors_stay_valid_and_what_was_evicted_is_a_gap) {
  for (int i = 0; i < 5; ++i) append(before, draft("a"));
  const auto current = before.id_of(log::Sequence{5}), old = before.id_of(log::Sequence{1});
  const auto resumed = after().resume(select("a"), current);
  BOOST_TEST(!resumed.gap.has_value());
  BOOST_TEST(resumed.after == 5U);
  BOOST_TEST((after().resume(select("a"), old).gap == log::GapReason::evicted));
  BOOST_TEST((after().resume(select("a"), "zzz-1").gap.has_value()));
}

BOOST_AUTO_TEST_CASE(the_next_event_gets_the_next_id) {
  append(before, draft("a"));
  append(after(), draft("a"));
  BOOST_TEST(after().last() == 2U);
  BOOST_TEST(after().id_of(log::Sequence{2}) == "e-2");
}

BOOST_AUTO_TEST_CASE(ids_of_evicted_events_are_known) {
  append(before, draft_with_id("a", "first"));
  for (int i = 0; i < 5; ++i) append(before, draft("a"));
  BOOST_TEST((after().resume(select("a"), "first").gap == log::GapReason::evicted));
}

BOOST_AUTO_TEST_CASE(nothing_collects_changes_afterwards) {
  append(before, draft("a"));
  for (int i = 0; i < 10; ++i) append(after(), draft("a"));
  const std::lock_guard lock(after().log().mutex());
  BOOST_TEST(after().log().history().take_changes().empty());
}

BOOST_AUTO_TEST_CASE(what_is_cut_off_or_too_long_is_no_history) {
  append(before, draft_with_id("a b", "id", "text"));
  for (int i = 0; i < 5; ++i) append(before, draft("a"));
  const auto bytes = carried();
  BOOST_TEST(log::parse_history(bytes, settings, clock).has_value());
  for (std::size_t size = 0; size < bytes.size(); ++size)
    BOOST_TEST(!log::parse_history(bytes.substr(0, size), settings, clock).has_value());
  BOOST_TEST(!log::parse_history(bytes + "x", settings, clock).has_value());
}

BOOST_AUTO_TEST_CASE(a_log_without_one_begins_its_own_epoch) {
  EventLog other(settings, "f", clock);
  other.with([](log::Log& log) { return std::make_unique<store::MemoryStore>(log, "no history"); });
  BOOST_TEST(other.ready());
  BOOST_TEST(other.id_of(log::Sequence{0}) == "f-0");
}

BOOST_AUTO_TEST_SUITE_END()
