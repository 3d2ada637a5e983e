#include <boost/test/unit_test.hpp>

#include "unit/store/contract.hpp"

using namespace worker::log;
using namespace worker::store;
using namespace worker::support;
using namespace std::chrono_literals;

namespace {

std::string told(const std::vector<Kept>& results) {
  std::string text;
  for (const auto& kept : results) text += worker::support::told(kept) + "\n";
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(append_contract)

BOOST_AUTO_TEST_CASE_TEMPLATE(places_follow_the_order_of_the_calls, S, Subjects) {
  S subject;
  BOOST_TEST(subject.event_log().last() == 0U);
  BOOST_TEST(subject.held() == "");
  for (Sequence i = 1; i <= 100; ++i) {
    BOOST_TEST(subject.publish(i % 3 == 0 ? "a" : "b") == subject.id(i));
    BOOST_TEST(subject.event_log().last() == i);
  }
  const auto held = subject.event_log().read_all(0, 1'000);
  BOOST_REQUIRE_EQUAL(held.size(), 100U);
  for (Sequence i = 1; i <= 100; ++i) BOOST_TEST(held[i - 1]->sequence() == i);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_id_is_an_epoch_and_a_place, S, Subjects) {
  S subject;
  S other_life;
  const auto id = subject.id(7);
  BOOST_TEST(id.ends_with("-7"));
  BOOST_TEST(subject.id(18'446'744'073'709'551'615U) == id.substr(0, id.size() - 1) + "18446744073709551615");
  BOOST_TEST(other_life.id(7) != id);
  BOOST_TEST(other_life.id(7).ends_with("-7"));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_batch_is_answered_in_its_order, S, Subjects) {
  S subject;
  subject.append(closing("over"));
  std::vector<Draft> drafts{draft("a"),
                            draft("over"),
                            draft_with_id("a", subject.id(1)),
                            draft("b"),
                            draft_with_id("a", "x"),
                            draft_with_id("b", "x"),
                            draft_with_id("a", "x"),
                            draft("a")};
  BOOST_TEST(told(subject.append(std::move(drafts))) == subject.id(2) + "\nclosed\nreserved\n" +
                                                            subject.id(3) + "\nx\nconflict\nx\n" +
                                                            subject.id(5) + "\n");
  BOOST_TEST(subject.held() == "1 2 3 4 5");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_empty_batch_is_answered_too, S, Subjects) {
  S subject;
  BOOST_TEST(subject.append(std::vector<Draft>()).empty());
  BOOST_TEST(subject.event_log().last() == 0U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_entry_is_what_was_published, S, Subjects) {
  S subject;
  subject.publish("z");
  subject.clock.advance(5ms);
  subject.append({.topics = {"b", "a"},
                  .event = {.data = "1\n2", .type = "t", .retry = 30ms},
                  .key = "k",
                  .closes = true});
  const auto entry = subject.event_log().read_all(1, 1).at(0);
  BOOST_TEST(entry->sequence() == 2U);
  BOOST_TEST(entry->topics() == (std::vector<std::string>{"b", "a"}), boost::test_tools::per_element());
  BOOST_TEST(entry->key() == "k");
  BOOST_TEST(entry->publisher_id() == "");
  BOOST_TEST(entry->closes());
  BOOST_TEST((entry->at() == subject.clock.now()));
  BOOST_TEST(entry->frame() == "event: t\nretry: 30\ndata: 1\ndata: 2\nid: " + subject.id(2) + "\n\n");
  BOOST_TEST(subject.event_log().id_of(*entry) == subject.id(2));
  BOOST_TEST(!subject.event_log().read_all(0, 1).at(0)->closes());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_silent_event_only_moves_the_cursor, S, Subjects) {
  S subject;
  subject.append({.topics = {"a"}, .event = {}, .silent = true});
  subject.append({.topics = {"a"}, .event = {.id = "own"}, .silent = true});
  const auto entries = subject.event_log().read_all(0, 2);
  BOOST_TEST(entries.at(0)->frame() == "id: " + subject.id(1) + "\n\n");
  BOOST_TEST(entries.at(1)->frame() == "id: own\n\n");
}

// --- ids that publishers give ---

BOOST_AUTO_TEST_CASE_TEMPLATE(a_publishers_id_is_an_alias_of_the_place, S, Subjects) {
  S subject;
  subject.publish("a");
  BOOST_TEST(subject.append(draft_with_id("a", "order 17", "hi")) == "order 17");
  BOOST_TEST(subject.publish("a") == subject.id(3));
  const auto entry = subject.event_log().read_all(1, 1).at(0);
  BOOST_TEST(entry->sequence() == 2U);
  BOOST_TEST(entry->publisher_id() == "order 17");
  BOOST_TEST(entry->frame() == "data: hi\nid: order 17\n\n");
  BOOST_TEST(subject.event_log().id_of(*entry) == "order 17");
  BOOST_TEST(subject.event_log().id_of(2) == subject.id(2));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_same_event_again_changes_nothing, S, Subjects) {
  S subject;
  subject.append(draft_with_id("a", "x", "first"));
  for (int i = 0; i < 3; ++i) BOOST_TEST(subject.append(draft_with_id("a", "x", "first")) == "x");
  BOOST_TEST(subject.held() == "1");
}

// Every part of an event counts.
BOOST_AUTO_TEST_CASE_TEMPLATE(the_same_event_is_the_same_in_every_part, S, Subjects) {
  S subject;
  const Draft first{.topics = {"b", "a", "c"},
                    .event = {.data = "1\n2", .type = "t", .id = "x", .retry = 30ms},
                    .key = "k"};
  BOOST_TEST(subject.append(first) == "x");
  std::vector<Draft> others(8, first);
  others[0].topics = {"a", "b"};
  others[1].topics = {"a", "b", "c", "d"};
  others[2].topics = {"a", "b", "d"};
  others[3].event.data = "1\n2\n";
  others[4].event.type = "T";
  others[5].event.retry = 31ms;
  others[6].key = "";
  others[7].closes = true;
  for (std::size_t i = 0; i < others.size(); ++i) {
    BOOST_TEST_CONTEXT(i) {
      BOOST_TEST(subject.append(others[i]) == "conflict");
      // Beside the same event, in one append.
      BOOST_TEST(told(subject.append(std::vector<Draft>{first, others[i], first})) == "x\nconflict\nx\n");
    }
  }
  auto turned = first;
  turned.topics = {"c", "b", "a"};
  BOOST_TEST(subject.append(turned) == "x");
  BOOST_TEST(subject.held() == "1");
}

// Data cannot pass for another field.
BOOST_AUTO_TEST_CASE_TEMPLATE(no_part_passes_for_another, S, Subjects) {
  S subject;
  subject.append(Draft{.topics = {"a"}, .event = {.data = "k", .id = "x"}});
  BOOST_TEST(subject.append(Draft{.topics = {"a"}, .event = {.id = "x"}, .key = "k"}) == "conflict");
  BOOST_TEST(subject.append(Draft{.topics = {"a"}, .event = {.type = "k", .id = "x"}}) == "conflict");
  BOOST_TEST(subject.append(Draft{.topics = {"a"}, .event = {.id = "y"}, .silent = true}) == "y");
  BOOST_TEST(subject.append(Draft{.topics = {"a"}, .event = {.id = "y"}, .silent = true}) == "y");
  BOOST_TEST(subject.append(draft_with_id("a", "y")) == "conflict");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(two_of_one_id_in_one_append, S, Subjects) {
  S subject;
  BOOST_TEST(told(subject.append(std::vector<Draft>{
                 draft_with_id("a", "x", "1"), draft_with_id("a", "x", "1"), draft_with_id("a", "x", "2"),
                 draft_with_id("b", "x", "1"), draft("a")})) ==
             "x\nx\nconflict\nconflict\n" + subject.id(2) + "\n");
  BOOST_TEST(subject.held() == "1 2");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(another_event_of_the_same_id_is_refused, S, Subjects) {
  S subject;
  subject.append(draft_with_id("a", "x", "first"));
  BOOST_TEST(subject.append(draft_with_id("a", "x", "second")) == "conflict");
  BOOST_TEST(subject.append(draft_with_id("b", "x", "first")) == "conflict");
  BOOST_TEST(subject.append({.topics = {"a"}, .event = {.id = "x"}, .closes = true}) == "conflict");
  BOOST_TEST(!subject.closed("a"));
  BOOST_TEST(subject.held() == "1");
  BOOST_TEST(subject.event_log().read_all(0, 1).at(0)->frame() == "data: first\nid: x\n\n");
  BOOST_TEST(subject.read("b") == "through 1 evicted 0");
}

// A publisher whose connection broke before the answer tries again: it must not be told that it failed.
BOOST_AUTO_TEST_CASE_TEMPLATE(also_when_that_event_closed_its_topic, S, Subjects) {
  S subject;
  Draft last = closing("a");
  last.event.id = "end";
  BOOST_TEST(subject.append(last) == "end");
  BOOST_TEST(subject.append(last) == "end");
  BOOST_TEST(subject.held() == "1");
}

// A cursor leads to one place for as long as it is known.
BOOST_AUTO_TEST_CASE_TEMPLATE(an_id_is_one_event_also_once_that_is_evicted, S, Subjects) {
  S subject;
  subject.settings.topic_events_max = 2;
  subject.append(draft_with_id("a", "x", "old"));
  subject.publish_times(20, "a");
  BOOST_TEST(subject.held() == "20 21");
  BOOST_TEST(subject.append(draft_with_id("a", "x", "old")) == "x");
  BOOST_TEST(subject.append(draft_with_id("a", "x", "new")) == "conflict");
  BOOST_TEST(told(subject.append(std::vector<Draft>{draft_with_id("b", "x", "old"),
                                                    draft_with_id("a", "x", "old")})) == "conflict\nx\n");
  BOOST_TEST(subject.held() == "20 21");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_id_is_free_again_once_it_is_forgotten, S, Subjects) {
  S subject;
  subject.settings.topic_events_max = 2;
  subject.settings.past_ids_max = 2;
  for (const auto* id : {"x", "y", "z"}) subject.append(draft_with_id("b", id));
  subject.publish_times(3, "b");
  // Only y and z are remembered.
  BOOST_TEST(subject.append(draft_with_id("a", "y", "new")) == "conflict");
  BOOST_TEST(subject.append(draft_with_id("a", "x", "new")) == "x");
  BOOST_TEST(subject.resume("a", "x") == "after 7");
  BOOST_TEST(subject.event_log().stats().past_ids == 2U);
  BOOST_TEST(subject.event_log().stats().past_ids_forgotten == 1U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_id_is_free_once_its_event_is_evicted_where_none_are_remembered, S,
                              Subjects) {
  S subject;
  subject.settings.topic_events_max = 2;
  subject.settings.past_ids_max = 0;
  subject.append(draft_with_id("a", "x"));
  subject.publish_times(2, "a");
  BOOST_TEST(subject.resume("a", "x") == "after 1 gap unknown");
  BOOST_TEST(subject.append(draft_with_id("a", "x", "new")) == "x");
  BOOST_TEST(subject.held() == "3 4");
  BOOST_TEST(subject.resume("a", "x") == "after 4");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(ids_of_the_hubs_own_form_are_reserved, S, Subjects) {
  S subject;
  S other_life;
  subject.publish_times(3, "a");
  for (const Sequence place : {Sequence{0}, Sequence{1}, Sequence{3}, Sequence{4}, Sequence{1'000'000}}) {
    BOOST_TEST(subject.append(draft_with_id("a", subject.id(place))) == "reserved");
  }
  BOOST_TEST(subject.append(draft_with_id("a", subject.id(1).substr(0, subject.id(1).size() - 1) + "007")) ==
             "reserved");
  BOOST_TEST(subject.event_log().last() == 3U);
  const auto epoch = subject.id(1).substr(0, subject.id(1).size() - 2);
  for (const auto& id :
       {epoch, epoch + "-", epoch + "-x", epoch + "-1x", epoch + "1", "-1" + epoch, other_life.id(1)}) {
    BOOST_TEST(subject.append(draft_with_id("a", id)) == id);
  }
  BOOST_TEST(subject.event_log().last() == 10U);
}

// --- topics that end ---

BOOST_AUTO_TEST_CASE_TEMPLATE(a_closed_topic_takes_nothing_more, S, Subjects) {
  S subject;
  BOOST_TEST(subject.append(closing("a", "last")) == subject.id(1));
  BOOST_TEST(subject.publish("a") == "closed");
  BOOST_TEST(subject.append(closing("a")) == "closed");
  BOOST_TEST(subject.append(draft_with_id("a", "x")) == "closed");
  BOOST_TEST(subject.held() == "1");
  BOOST_TEST(subject.publish("b") == subject.id(2));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(one_closed_topic_is_enough_to_refuse_the_event, S, Subjects) {
  S subject;
  subject.append(closing("a"));
  BOOST_TEST(subject.publish("b a") == "closed");
  BOOST_TEST(subject.append(closing("b a")) == "closed");
  BOOST_TEST(!subject.closed("b"));
  BOOST_TEST(subject.read("b") == "through 1 evicted 0");
  BOOST_TEST(subject.publish("b") == subject.id(2));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(within_a_batch_what_follows_the_end_is_refused, S, Subjects) {
  S subject;
  std::vector<Draft> drafts{draft("a"), closing("a"), draft("a"), draft("b")};
  BOOST_TEST(told(subject.append(std::move(drafts))) ==
             subject.id(1) + "\n" + subject.id(2) + "\nclosed\n" + subject.id(3) + "\n");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(closed_asks_for_every_topic_and_never_for_patterns, S, Subjects) {
  S subject;
  subject.publish("c/1");
  subject.append(closing("a b"));
  subject.append(closing("c/2"));
  BOOST_TEST(subject.closed("a"));
  BOOST_TEST(subject.closed("b"));
  BOOST_TEST(subject.closed("a b c/2"));
  BOOST_TEST(!subject.closed("a c/1"));
  BOOST_TEST(!subject.closed("a never"));
  BOOST_TEST(!subject.closed("never"));
  BOOST_TEST(!subject.closed("*"));
  BOOST_TEST(!subject.closed("a c/*"));
  subject.append(closing("c/1"));
  BOOST_TEST(!subject.closed("c/*"));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(closed_at_is_the_last_event_of_all, S, Subjects) {
  S subject;
  const auto closed_at = [&](const char* selectors) {
    return subject.event_log().closed_at(select(selectors));
  };
  subject.publish("a");
  subject.append(closing("b"));
  BOOST_TEST(closed_at("a b") == 0U);
  subject.publish("c");
  subject.append(closing("a"));
  subject.publish("c");
  BOOST_TEST(closed_at("a") == 4U);
  BOOST_TEST(closed_at("b") == 2U);
  BOOST_TEST(closed_at("a b") == 4U);
  BOOST_TEST(closed_at("a c") == 0U);
  BOOST_TEST(closed_at("a b/*") == 0U);
}

// --- those who are told ---

BOOST_AUTO_TEST_CASE_TEMPLATE(every_follower_hears_of_every_append, S, Subjects) {
  S subject;
  subject.publish("a");
  Follower first;
  Follower second;
  std::atomic<int> first_heard = 0;
  std::atomic<int> second_heard = 0;
  subject.event_log().follow(first, [&] { ++first_heard; });
  subject.publish("a");
  subject.event_log().follow(second, [&] { ++second_heard; });
  BOOST_TEST(first.at == 1U);
  BOOST_TEST(second.at == 2U);
  BOOST_TEST(first_heard == 1);
  BOOST_TEST(second_heard == 0);
  std::vector<Draft> batch;
  batch.push_back(draft("a"));
  batch.push_back(draft("b"));
  subject.append(std::move(batch));
  BOOST_TEST(first_heard == 2);
  BOOST_TEST(second_heard == 1);
}

BOOST_AUTO_TEST_SUITE_END()
