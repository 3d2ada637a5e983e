#include <boost/test/unit_test.hpp>

#include "unit/store/contract.hpp"

using namespace worker::log;
using namespace worker::store;
using namespace worker::support;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(resume_contract)

BOOST_AUTO_TEST_CASE_TEMPLATE(without_a_cursor_a_reader_begins_at_the_end, S, Subjects) {
  S subject;
  BOOST_TEST(subject.resume("a") == "after 0");
  subject.publish_times(3, "a");
  BOOST_TEST(subject.resume("a") == "after 3");
  BOOST_TEST(subject.resume("never") == "after 3");
  BOOST_TEST(subject.resume("*") == "after 3");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(after_an_id_of_the_hub, S, Subjects) {
  S subject;
  subject.publish_times(3, "a");
  for (const Sequence place : {Sequence{0}, Sequence{1}, Sequence{2}, Sequence{3}}) {
    const auto after = fmt::format("after {}", place);
    BOOST_TEST(subject.resume("a", subject.id(place)) == after);
    // One order for all topics: a cursor serves whatever its reader asks for.
    BOOST_TEST(subject.resume("never", subject.id(place)) == after);
    BOOST_TEST(subject.resume("b a/*", subject.id(place)) == after);
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(after_an_id_of_a_publisher, S, Subjects) {
  S subject;
  subject.publish("a");
  subject.append(draft_with_id("a", "x"));
  std::vector<Draft> batch;
  batch.push_back(draft_with_id("b", "1"));
  batch.push_back(draft_with_id("b", "y-2"));
  subject.append(std::move(batch));
  BOOST_TEST(subject.resume("a", "x") == "after 2");
  BOOST_TEST(subject.resume("a", "1") == "after 3");
  BOOST_TEST(subject.resume("a", "y-2") == "after 4");
  BOOST_TEST(subject.resume("a", subject.id(4)) == "after 4");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(earliest_is_all_that_is_held, S, Subjects) {
  S subject;
  subject.settings.topic_events_max = 3;
  BOOST_TEST(subject.resume("a", "earliest") == "after 0");
  subject.publish_times(5, "a");
  subject.publish("b");
  BOOST_TEST(subject.resume("a", "earliest") == "after 2");
  BOOST_TEST(subject.resume("b", "earliest") == "after 0");
}

// What is held of the quiet one is not given up because a busy one lost its beginning.
BOOST_AUTO_TEST_CASE_TEMPLATE(earliest_is_all_that_is_held_of_every_topic, S, Subjects) {
  S subject;
  subject.settings.topic_events_max = 3;
  subject.publish("quiet/1");
  subject.publish_times(5, "busy");
  for (const auto* selectors : {"quiet/1 busy", "quiet/* busy", "*"}) {
    const auto from = subject.event_log().resume(select(selectors), "earliest");
    BOOST_TEST_CONTEXT(selectors) {
      BOOST_TEST(!from.gap);
      BOOST_TEST(places(subject.event_log().read(select(selectors), from.after, 6, 1'000'000, 0).entries) ==
                 "1 4 5 6");
    }
  }
}

// What the reader is told at once, or did not ask for, need not be told while it reads.
BOOST_AUTO_TEST_CASE_TEMPLATE(what_is_accounted_for, S, Subjects) {
  S subject;
  subject.settings.topic_events_max = 2;
  const auto news = [&](const char* selectors, const ResumePoint& from) {
    return subject.event_log().read(select(selectors), from.after, subject.event_log().last(), 1,
                                    from.evictions_seen);
  };
  subject.publish("quiet");
  subject.publish_times(4, "a");
  const auto cursors = {std::optional<std::string>(),
                        std::optional<std::string>("earliest"),
                        std::optional<std::string>("x"),
                        std::optional<std::string>(subject.id(0)),
                        std::optional<std::string>(subject.id(3)),
                        std::optional<std::string>(subject.id(5))};
  std::vector<ResumePoint> begun;
  for (const auto& cursor : cursors) {
    begun.push_back(subject.event_log().resume(select("a quiet"), cursor));
    BOOST_TEST(news("a quiet", begun.back()).evicted_through == 0U);
  }
  subject.publish("a");
  for (const auto& from : begun) {
    BOOST_TEST(news("a", from).evicted_through == 4U);
    BOOST_TEST(news("quiet", from).evicted_through == 0U);
    const auto slice = news("a quiet", from);
    BOOST_TEST(slice.evicted_through == 4U);
    BOOST_TEST(
        news("a quiet", {.after = slice.through, .evictions_seen = slice.evictions_seen}).evicted_through ==
        0U);
  }
}

// Of two topics the later eviction may be the one that stands before: a maximum of places would hide it.
BOOST_AUTO_TEST_CASE_TEMPLATE(a_later_eviction_further_back_is_news, S, Subjects) {
  S subject;
  subject.settings.topic_events_max = 3;
  subject.publish("quiet");
  subject.publish_times(5, "busy");
  const auto both = select("quiet busy");
  const auto from = subject.event_log().resume(both, "earliest");
  subject.publish_times(3, "quiet");
  const auto slice =
      subject.event_log().read(both, from.after, subject.event_log().last(), 1'000, from.evictions_seen);
  BOOST_TEST(told(slice) == "4 5 6 7 8 9 through 9 evicted 1");
}

// Told of the gap, it still gets everything after its cursor that is held, of every topic.
BOOST_AUTO_TEST_CASE_TEMPLATE(a_gap_costs_nothing_that_is_held, S, Subjects) {
  S subject;
  subject.settings.topic_events_max = 2;
  subject.publish("quiet");
  subject.publish("quiet");
  subject.publish_times(4, "busy");
  const auto rest = [&](const std::string& cursor) {
    const auto from = subject.event_log().resume(select("quiet busy"), cursor);
    BOOST_TEST(from.gap.has_value());
    return places(subject.event_log().read(select("quiet busy"), from.after, 6, 1'000'000, 0).entries);
  };
  BOOST_TEST(rest("x") == "1 2 5 6");
  BOOST_TEST(rest(subject.id(0)) == "1 2 5 6");
  BOOST_TEST(rest(subject.id(1)) == "2 5 6");
  BOOST_TEST(rest(subject.id(2)) == "5 6");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_cursor_nobody_knows, S, Subjects) {
  S subject;
  const auto epoch = subject.id(1).substr(0, subject.id(1).size() - 2);
  subject.publish_times(3, "a");
  for (const auto& cursor :
       {std::string("x"), std::string("-"), std::string("Earliest"), std::string("\0", 1),
        std::string("\xff"), epoch, epoch + "-", epoch + "-x", epoch + "-1x", epoch + "- 1", epoch + "-1 ",
        epoch + "-+1", epoch + "-0x1", epoch + "-4", epoch + "-18446744073709551615",
        epoch + "-18446744073709551616", epoch + "-100000000000000000000000", std::string(100'000, 'x')}) {
    BOOST_TEST_CONTEXT(cursor.substr(0, 60)) {
      BOOST_TEST(subject.resume("a", cursor) == "after 0 gap unknown");
    }
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_cursor_of_an_earlier_life, S, Subjects) {
  S earlier;
  S subject;
  subject.settings.topic_events_max = 2;
  subject.publish_times(3, "a");
  for (const Sequence place : {Sequence{0}, Sequence{1}, Sequence{3}, Sequence{1'000}}) {
    BOOST_TEST(subject.resume("a", earlier.id(place)) == "after 1 gap restarted");
    BOOST_TEST(subject.resume("never", earlier.id(place)) == "after 0 gap restarted");
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_cursor_before_what_is_held, S, Subjects) {
  S subject;
  subject.settings.topic_events_max = 2;
  subject.publish_times(5, "a");
  BOOST_TEST(subject.resume("a", subject.id(0)) == "after 3 gap evicted");
  BOOST_TEST(subject.resume("a", subject.id(2)) == "after 3 gap evicted");
  // It has all that was evicted.
  BOOST_TEST(subject.resume("a", subject.id(3)) == "after 3");
  BOOST_TEST(subject.resume("a", subject.id(4)) == "after 4");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_reader_of_a_quiet_topic_is_told_nothing_of_a_busy_one, S, Subjects) {
  S subject;
  subject.settings.topic_events_max = 2;
  subject.publish("quiet");
  subject.publish_times(9, "busy");
  BOOST_TEST(subject.resume("quiet", subject.id(0)) == "after 0");
  BOOST_TEST(subject.resume("quiet never", subject.id(1)) == "after 1");
  BOOST_TEST(subject.resume("qui/* quiet", subject.id(1)) == "after 1");
  BOOST_TEST(subject.resume("quiet busy", subject.id(1)) == "after 8 gap evicted");
  BOOST_TEST(subject.resume("*", subject.id(1)) == "after 8 gap evicted");
  BOOST_TEST(subject.resume("*", subject.id(8)) == "after 8");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_publishers_id_whose_event_is_gone, S, Subjects) {
  S subject;
  subject.settings.topic_events_max = 2;
  subject.append(draft_with_id("a", "x"));
  subject.append(draft_with_id("a", "y"));
  subject.publish("quiet");
  subject.publish_times(2, "a");
  BOOST_TEST(subject.held() == "3 4 5");
  // Nothing that concerns its reader went after it.
  BOOST_TEST(subject.resume("a", "y") == "after 2");
  BOOST_TEST(subject.resume("quiet", "x") == "after 1");
  BOOST_TEST(subject.resume("a quiet", "y") == "after 2");
  BOOST_TEST(subject.resume("*", "y") == "after 2");
  BOOST_TEST(subject.resume("a", "x") == "after 2 gap evicted");
  BOOST_TEST(subject.resume("a", "z") == "after 2 gap unknown");
  subject.publish("a");
  BOOST_TEST(subject.resume("a", "y") == "after 4 gap evicted");
  // What was read of the quiet topic does not come again.
  BOOST_TEST(subject.read("a quiet", subject.event_log().resume(select("a quiet"), "y").after) ==
             "3 5 6 through 6 evicted 4");
}

// Whatever the hub has forgotten of its topics since.
BOOST_AUTO_TEST_CASE_TEMPLATE(a_publishers_id_of_a_topic_that_ended, S, Subjects) {
  S subject;
  auto end = closing("a");
  end.event.id = "end";
  subject.append(draft_with_id("a", "x"));
  subject.append(std::move(end));
  subject.age(2h);
  subject.publish("b");
  BOOST_TEST(subject.held() == "3");
  BOOST_TEST(subject.resume("a", "end") == "after 2 complete");
  BOOST_TEST(subject.resume("a", "x") == "after 2 gap evicted");
  BOOST_TEST(subject.resume("b", "x") == "after 1");
}

// Of whatever length, and beside ids of the hub's own.
BOOST_AUTO_TEST_CASE_TEMPLATE(all_ids_lead_to_one_place_for_good, S, Subjects) {
  S subject;
  subject.settings.topic_events_max = 5;
  std::vector<std::string> ids;
  for (Sequence i = 1; i <= 60; ++i) {
    auto draft = draft_with_id(i % 3 == 0 ? "a" : "b", i % 4 == 0 ? "" : fmt::format("{}-{}", i % 7, i));
    if (i % 10 == 1) draft.event.id.append(300, 'x');
    ids.push_back(subject.append(std::move(draft)));
  }
  for (Sequence i = 1; i <= 60; ++i) {
    for (const auto* selectors : {"a", "b", "a b", "*", "never"}) {
      BOOST_TEST_CONTEXT(i << " " << selectors)
      BOOST_TEST(subject.resume(selectors, ids[i - 1]) == subject.resume(selectors, subject.id(i)));
    }
  }
}

// --- what is closed ---

BOOST_AUTO_TEST_CASE_TEMPLATE(complete_is_who_has_it_all, S, Subjects) {
  S subject;
  subject.publish("a");
  BOOST_TEST(subject.resume("a", subject.id(1)) == "after 1");
  subject.append(closing("a"));
  subject.publish("b");
  BOOST_TEST(subject.resume("a", subject.id(1)) == "after 1");
  BOOST_TEST(subject.resume("a", subject.id(2)) == "after 2 complete");
  BOOST_TEST(subject.resume("a", subject.id(3)) == "after 3 complete");
  BOOST_TEST(subject.resume("a b", subject.id(3)) == "after 3");
  BOOST_TEST(subject.resume("a*", subject.id(3)) == "after 3");
  BOOST_TEST(subject.resume("a/* a", subject.id(3)) == "after 3");
  BOOST_TEST(subject.resume("*", subject.id(3)) == "after 3");
  subject.append(closing("b"));
  BOOST_TEST(subject.resume("a b", subject.id(3)) == "after 3");
  BOOST_TEST(subject.resume("a b", subject.id(4)) == "after 4 complete");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(complete_by_the_publishers_id, S, Subjects) {
  S subject;
  auto last = closing("a");
  last.event.id = "end";
  subject.append(std::move(last));
  BOOST_TEST(subject.resume("a", "end") == "after 1 complete");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(without_a_cursor_what_is_closed_is_read_from_its_beginning, S, Subjects) {
  S subject;
  subject.settings.topic_events_max = 2;
  subject.publish_times(3, "a");
  subject.append(closing("a"));
  subject.publish("b");
  BOOST_TEST(subject.resume("a") == "after 2");
  BOOST_TEST(subject.resume("a b") == "after 5");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_gap_is_told_before_the_end, S, Subjects) {
  S subject;
  subject.publish("a");
  subject.append(closing("a"));
  BOOST_TEST(subject.resume("a", "x") == "after 0 gap unknown");
  subject.age(1h + 1ms);
  BOOST_TEST(subject.resume("a", subject.id(1)) == "after 2 gap evicted");
  BOOST_TEST(subject.resume("a", subject.id(2)) == "after 2 complete");
}

BOOST_AUTO_TEST_SUITE_END()
