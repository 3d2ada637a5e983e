// Private events: stored with their flag, read by those who may, and known to nobody else.
#include <boost/test/unit_test.hpp>

#include "log/merged_read.hpp"
#include "unit/store/contract.hpp"

using namespace worker::log;
using namespace worker::store;
using namespace worker::support;
using namespace std::chrono_literals;

namespace {

std::string read(Subject& subject, const std::string& asked, const std::string& granted, Sequence after = 0) {
  return worker::support::told(subject.event_log().read(select(asked, granted), after,
                                                        subject.event_log().last(), std::string::npos, 0));
}

std::string resume(Subject& subject, const std::string& asked, const std::string& granted,
                   const std::optional<std::string>& cursor) {
  return worker::support::told(subject.event_log().resume(select(asked, granted), cursor));
}

Draft private_with_id(const std::string& topics, std::string id, std::string data = "x") {
  return privately(draft_with_id(topics, std::move(id), std::move(data)));
}

std::string told(const std::vector<Kept>& results) {
  std::string text;
  for (const auto& kept : results) text += worker::support::told(kept) + "\n";
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(private_contract)

BOOST_AUTO_TEST_CASE_TEMPLATE(they_are_read_by_those_who_may, S, Subjects) {
  S subject;
  subject.publish("a");
  subject.append(privately(draft("a", "x")));
  subject.append(privately(draft("a b", "x")));
  subject.append(privately(draft("c/1", "x")));
  subject.publish("c/2");
  BOOST_TEST(read(subject, "a", "") == "1 through 5 evicted 0");
  BOOST_TEST(read(subject, "a", "a") == "1 2 3 through 5 evicted 0");
  BOOST_TEST(read(subject, "a", "b") == "1 3 through 5 evicted 0");
  BOOST_TEST(read(subject, "c/*", "") == "5 through 5 evicted 0");
  BOOST_TEST(read(subject, "c/*", "c/1") == "4 5 through 5 evicted 0");
  BOOST_TEST(read(subject, "c/*", "c/2") == "5 through 5 evicted 0");
  BOOST_TEST(read(subject, "*", "") == "1 5 through 5 evicted 0");
  BOOST_TEST(read(subject, "*", "a c/*") == "1 2 3 4 5 through 5 evicted 0");
  BOOST_TEST(subject.held() == "1 2 3 4 5");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(all_that_an_event_has_may_be_private, S, Subjects) {
  S subject;
  auto draft = private_with_id("a b", "x", "data");
  draft.key = "k";
  draft.closes = true;
  subject.append(std::move(draft));
  const auto entry = subject.event_log().read_all(0, 1).front();
  BOOST_TEST(entry->is_private());
  BOOST_TEST(entry->closes());
  BOOST_TEST(entry->key() == "k");
  BOOST_TEST(entry->publisher_id() == "x");
  BOOST_TEST(entry->frame() == "data: data\nid: x\n\n");
  BOOST_TEST(subject.closed("a"));
  // Although the last event is not for it.
  BOOST_TEST(resume(subject, "a", "", subject.id(0)) == "after 0 complete");
  BOOST_TEST(resume(subject, "a", "a", subject.id(0)) == "after 0");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_same_event_is_private_in_both, S, Subjects) {
  S subject;
  BOOST_TEST(subject.append(private_with_id("a", "x")) == "x");
  BOOST_TEST(subject.append(private_with_id("a", "x")) == "x");
  BOOST_TEST(subject.append(draft_with_id("a", "x", "x")) == "conflict");
  BOOST_TEST(subject.append(draft_with_id("a", "y", "x")) == "y");
  BOOST_TEST(subject.append(private_with_id("a", "y")) == "conflict");
  BOOST_TEST(told(subject.append(std::vector<Draft>{private_with_id("a", "z"), draft_with_id("a", "z", "x"),
                                                    private_with_id("a", "z")})) == "z\nconflict\nz\n");
  subject.age(2h);
  BOOST_TEST(subject.held() == "");
  BOOST_TEST(subject.append(private_with_id("a", "x")) == "x");
  BOOST_TEST(subject.append(draft_with_id("a", "x", "x")) == "conflict");
  BOOST_TEST(subject.append(private_with_id("a", "y")) == "conflict");
  BOOST_TEST(subject.append(draft_with_id("a", "y", "x")) == "y");
  BOOST_TEST(subject.held() == "");
}

// Whoever may not read it learns nothing from its id: the answer is that to an id that no event ever had.
BOOST_AUTO_TEST_CASE_TEMPLATE(the_publishers_id_is_known_to_those_who_may_read_it, S, Subjects) {
  S subject;
  subject.publish("a");
  subject.append(private_with_id("a", "x"));
  subject.append(private_with_id("a b", "y"));
  subject.publish("a");
  for (const auto* id : {"x", "y"}) {
    for (const auto& [asked, granted] : {std::pair("a", ""), {"*", ""}, {"c", ""}, {"c", "c"}, {"c", "*"}}) {
      BOOST_TEST_CONTEXT(id << " by a reader of " << asked << " with " << granted << " granted") {
        BOOST_TEST(resume(subject, asked, granted, id) == resume(subject, asked, granted, "never"));
      }
    }
  }
  BOOST_TEST(resume(subject, "a", "", "x") == "after 0 gap unknown");
  BOOST_TEST(resume(subject, "a", "b", "x") == "after 0 gap unknown");
  BOOST_TEST(resume(subject, "a", "b", "y") == "after 3");
  BOOST_TEST(resume(subject, "a", "a", "x") == "after 2");
  BOOST_TEST(resume(subject, "*", "*", "x") == "after 2");
  BOOST_TEST(resume(subject, "b", "b", "y") == "after 3");
}

// Its topics are not known any more.
BOOST_AUTO_TEST_CASE_TEMPLATE(once_it_is_evicted_to_those_who_may_read_something, S, Subjects) {
  S subject;
  subject.append(private_with_id("a", "x"));
  subject.append(draft_with_id("a", "y"));
  subject.age(30min);
  subject.publish("b");
  subject.age(31min);
  BOOST_TEST(subject.held() == "3");
  BOOST_TEST(resume(subject, "a", "", "x") == resume(subject, "a", "", "never"));
  BOOST_TEST(resume(subject, "b", "", "x") == resume(subject, "b", "", "never"));
  // A cursor may have any bytes; ids have no control characters.
  BOOST_TEST(resume(subject, "b", "", "\1x") == resume(subject, "b", "", "never"));
  BOOST_TEST(resume(subject, "b", "b", "x") == "after 1");
  BOOST_TEST(resume(subject, "a", "a", "x") == "after 2 gap evicted");
  BOOST_TEST(resume(subject, "b", "", "y") == "after 2");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(earliest_begins_before_what_may_be_read, S, Subjects) {
  S subject;
  subject.settings.topic_events_max = 3;
  subject.publish_times(2, "a");
  for (int i = 0; i < 2; ++i) subject.append(privately(draft("a", "x")));
  subject.publish("b");
  // 1 is evicted. Of `a` there are 2, which is public, and 3 and 4.
  BOOST_TEST(resume(subject, "a", "", "earliest") == "after 1");
  BOOST_TEST(read(subject, "a", "", 1) == "2 through 5 evicted 1");
  BOOST_TEST(resume(subject, "a", "*", "earliest") == "after 1");
}

BOOST_AUTO_TEST_SUITE_END()

// --- many of them, of whatever store ---

BOOST_AUTO_TEST_SUITE(private_reads)

BOOST_AUTO_TEST_CASE(a_slice_ends_after_many_that_may_not_be_read) {
  constexpr Sequence most = MergedRead::skipped_max;
  MemorySubject subject;
  subject.settings.topic_events_max = 100'000;
  subject.settings.bytes_max = 1'000'000'000;
  for (Sequence i = 1; i <= 2 * most; ++i) subject.append(privately(draft("a", "x")));
  subject.publish("a");
  for (const auto* asked : {"a", "*", "a a/*"}) {
    const auto slice = [&](Sequence after, Sequence until, std::size_t bytes_max = 1'000) {
      return subject.event_log().read(select(asked), after, until, bytes_max, 0);
    };
    BOOST_TEST_CONTEXT(asked) {
      BOOST_TEST(worker::support::told(slice(0, 2 * most + 1)) == fmt::format("through {} evicted 0", most));
      BOOST_TEST(slice(0, 2 * most + 1).skipped == most);
      BOOST_TEST(worker::support::told(slice(1, 2 * most + 1)) ==
                 fmt::format("through {} evicted 0", most + 1));
      BOOST_TEST(worker::support::told(slice(most, 2 * most + 1)) ==
                 fmt::format("through {} evicted 0", 2 * most));
      BOOST_TEST(worker::support::told(slice(most + 1, 2 * most + 1)) ==
                 fmt::format("{0} through {0} evicted 0", 2 * most + 1));
      BOOST_TEST(worker::support::told(slice(most + 1, 2 * most)) ==
                 fmt::format("through {} evicted 0", 2 * most));
      BOOST_TEST(worker::support::told(slice(0, 5)) == "through 5 evicted 0");
    }
  }
  // Nothing that can be read is passed over.
  BOOST_TEST(subject.resume("a", "earliest") == "after 0");
  const auto all = subject.event_log().read(select("a", "a"), 0, 2 * most + 1, 1, 0);
  BOOST_TEST(worker::support::told(all) == "1 through 1 evicted 0");
  BOOST_TEST(all.skipped == 0U);
}

// Where the events of one topic were evicted after the retained ones of another, the reader begins before
// these.
BOOST_AUTO_TEST_CASE(what_comes_after_many_is_not_passed_over) {
  constexpr Sequence most = MergedRead::skipped_max;
  MemorySubject subject;
  subject.settings.topic_events_max = most + 10;
  subject.settings.bytes_max = 1'000'000'000;
  for (Sequence i = 1; i <= most + 1; ++i) subject.append(privately(draft("quiet", "x")));
  subject.publish("quiet");  // most + 2
  subject.publish_times(static_cast<int>(2 * most), "busy");
  const auto from = subject.event_log().resume(select("quiet busy"), "earliest");
  BOOST_TEST(from.after == most);
  const auto slice = subject.event_log().read(select("quiet busy"), from.after, 3 * most, 1, 0);
  BOOST_TEST(slice.entries.front()->sequence() == most + 2);
}

BOOST_AUTO_TEST_SUITE_END()
