// A Redis that breaks, fills up, forgets, or is another one.
#include <boost/test/unit_test.hpp>

#include "unit/store/redis/redis_fixture.hpp"

using namespace worker::log;
using namespace worker::store;
using namespace worker::support;

namespace {

struct Bench : RedisFixture {
  /// Until it is taken.
  static std::string insist(EventLog& event_log) {
    std::string told;
    eventually([&] { return (told = publish(event_log, "a")) != "unavailable" && told != "unconfirmed"; });
    return told;
  }
  /// As a replica has it at this moment, which then is cut off.
  void copy_to(const RedisServer& other) const {
    for (const auto* key : {"{sse-worker}:cluster", "{sse-worker}:events"}) {
      const auto dump = server.ask({"DUMP", key});
      other.ask({"RESTORE", key, "0", std::string_view(dump->str, dump->len)});
    }
  }
  static bool troubled(const EventLog& event_log, const std::string& by) {
    return eventually(
        [&] { return event_log.unavailable_reason().value_or("").find(by) != std::string::npos; });
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(redis_faults, Bench)

BOOST_AUTO_TEST_CASE(none_at_the_start_then_one) {
  server.stop();
  const auto one = worker();
  BOOST_TEST(!one->ready());
  BOOST_TEST(publish(*one, "a") == "unavailable");
  BOOST_TEST(one->unavailable_reason().value_or("").find(server.address().path) != std::string::npos);
  server.start();
  BOOST_TEST(eventually([&] { return one->ready() && !one->unavailable_reason(); }));
  BOOST_TEST(insist(*one) == one->id_of(1));
}

BOOST_AUTO_TEST_CASE(a_cut_connection_costs_nothing_that_was_answered) {
  const auto one = worker();
  publish(*one, "a");
  for (Sequence place = 2; place <= 6; ++place) {
    server.ask({"CLIENT", "KILL", "TYPE", "normal"});
    BOOST_TEST(insist(*one) == one->id_of(place));
  }
  // What is answered may be ahead of what this worker has read again.
  BOOST_TEST(eventually([&] { return one->last() == 6; }));
  BOOST_TEST(held(*one) == "1 2 3 4 5 6");
  BOOST_TEST(one->lost_through() == 0U);
}

BOOST_AUTO_TEST_CASE(a_paused_one_is_not_waited_for_long) {
  const auto one = worker();
  publish(*one, "a");
  server.signal(SIGSTOP);
  const auto begun = std::chrono::steady_clock::now();
  BOOST_TEST(publish(*one, "a") == "unconfirmed");
  const auto asked = std::chrono::steady_clock::now();
  BOOST_TEST(publish(*one, "a") == "unavailable");
  BOOST_TEST((asked - begun < std::chrono::milliseconds(2'500)));
  BOOST_TEST((std::chrono::steady_clock::now() - asked < std::chrono::milliseconds(250)));
  BOOST_TEST(troubled(*one, "no answer within"));
  server.signal(SIGCONT);
  BOOST_TEST(eventually([&] { return !one->unavailable_reason(); }));
  insist(*one);
  BOOST_TEST(one->lost_through() == 0U);
}

BOOST_AUTO_TEST_CASE(emptied_it_begins_a_new_life_and_says_so) {
  const auto one = worker();
  const auto two = worker();
  const auto id = publish(*one, "a");
  BOOST_TEST(eventually([&] { return two->last() == 1; }));
  server.ask({"FLUSHALL"});
  // Without any publish.
  BOOST_TEST(eventually([&] { return one->lost_through() == 2 && two->lost_through() == 2; }));
  BOOST_TEST(one->id_of(2) == two->id_of(2));
  BOOST_TEST(resume(*one, id) == "after 2 gap restarted");
  const auto next = insist(*two);
  BOOST_TEST(next == two->id_of(3));
  BOOST_TEST(next.ends_with("-1"));
  BOOST_TEST(eventually([&] { return held(*one) == "3"; }));
  BOOST_TEST(one->read_all(0, 1).at(0)->frame() == "data: x\nid: " + next + "\n\n");
}

BOOST_AUTO_TEST_CASE(emptied_and_filled_again_at_once) {
  const auto one = worker();
  for (int i = 0; i < 3; ++i) publish(*one, "a");
  server.ask({"FLUSHALL"});
  const auto next = insist(*one);
  BOOST_TEST(next.ends_with("-1"));
  BOOST_TEST(eventually([&] { return held(*one) == "5"; }));
  BOOST_TEST(one->lost_through() == 4U);
}

// As after a failover to a replica that lagged: the places of what was lost are not given out again.
BOOST_AUTO_TEST_CASE(one_that_came_back_with_less_begins_a_new_life) {
  const auto one = worker();
  const auto id = publish(*one, "a");
  publish(*one, "a");
  server.ask({"HSET", "{sse-worker}:cluster", "last", "1"});
  const auto next = insist(*one);
  BOOST_TEST(next.ends_with("-1"));
  BOOST_TEST(next.substr(0, 13) != id.substr(0, 13));
}

// --- a Redis that takes the place of another ---

BOOST_AUTO_TEST_CASE(one_that_has_everything_is_one_like_the_last) {
  RedisServer other;
  const auto one = worker();
  for (int i = 0; i < 3; ++i) publish(*one, "a");
  copy_to(other);
  const auto late = worker(other.address());
  const auto id = publish(*late, "a");
  BOOST_TEST(one->reconfigure(storage(other.address())));
  BOOST_TEST(eventually([&] { return one->id_of(one->last()) == id; }));
  BOOST_TEST(held(*one) == held(*late));
  BOOST_TEST(held(*one).starts_with("1 2 3 "));
  const auto next = insist(*one);
  BOOST_TEST(eventually([&] { return late->id_of(late->last()) == next; }));
  BOOST_TEST(one->lost_through() == 0U);
  BOOST_TEST(late->lost_through() == 0U);
}

// It has as many events as were seen by now, or more, but not the same ones.
BOOST_AUTO_TEST_CASE(one_that_lagged_and_went_on_is_found_out) {
  for (const int further : {1, 2, 5}) {
    RedisServer other;
    server.ask({"FLUSHALL"});
    const auto one = worker();
    for (int i = 0; i < 3; ++i) publish(*one, "a", "seen by both");
    copy_to(other);
    const auto last = publish(*one, "a", "lost");
    const auto late = worker(other.address());
    for (int i = 0; i < further; ++i) publish(*late, "a", "another");
    BOOST_TEST(late->id_of(4) == last);
    BOOST_TEST(one->reconfigure(storage(other.address())));
    BOOST_TEST(eventually([&] { return one->lost_through() != 0 && late->lost_through() != 0; }));
    BOOST_TEST(resume(*one, last).ends_with("gap restarted"));
    BOOST_TEST(resume(*late, last).ends_with("gap restarted"));
    const auto next = insist(*one);
    BOOST_TEST(eventually([&] { return late->id_of(late->last()) == next; }));
    BOOST_TEST(late->stats().events == one->stats().events);
  }
}

BOOST_AUTO_TEST_CASE(one_that_comes_back_again_and_again_is_the_same_for_all) {
  const auto one = worker();
  const auto two = worker();
  publish(*one, "a");
  BOOST_TEST(eventually([&] { return two->last() == 1; }));
  for (int round = 0; round < 4; ++round) {
    // Another process in all but its events.
    server.ask({"HSET", "{sse-worker}:cluster", "run", "another"});
    server.ask({"CLIENT", "KILL", "TYPE", "normal"});
    const auto id = insist(round % 2 == 0 ? *one : *two);
    const auto is_last = [&](const EventLog& event_log) { return event_log.id_of(event_log.last()) == id; };
    BOOST_TEST(eventually([&] { return is_last(*one) && is_last(*two); }));
  }
  BOOST_TEST(server.ask({"HGET", "{sse-worker}:cluster", "fork:2"})->type == REDIS_REPLY_STRING);
  BOOST_TEST(one->lost_through() == 0U);
  BOOST_TEST(two->lost_through() == 0U);
  // Five events, and the beginnings of four terms.
  const auto three = worker();
  BOOST_TEST(three->stats().events == 9U);
  BOOST_TEST(held(*three) == held(*one));
}

// Of so many forks not all are remembered: who has not seen the last hundred is taken for one who lacks
// something.
BOOST_AUTO_TEST_CASE(one_that_changed_too_often_meanwhile) {
  const auto change = [&](const char* term) {
    server.ask({"HSET", "{sse-worker}:cluster", "branch", term, "fork:1", "0", "run", "another"});
    server.ask({"CLIENT", "KILL", "TYPE", "normal"});
  };
  const auto one = worker();
  const auto first = publish(*one, "a");
  for (int term = 2; term <= 100; ++term)
    server.ask({"HSET", "{sse-worker}:cluster", "fork:" + std::to_string(term), "1"});
  change("100");
  auto id = insist(*one);
  // An answer may come before this worker has read the event, and with it the branch.
  BOOST_TEST(eventually([&] { return one->id_of(one->last()) == id; }));
  BOOST_TEST(one->lost_through() == 0U);
  BOOST_TEST(server.ask({"HEXISTS", "{sse-worker}:cluster", "fork:1"})->integer == 1);
  change("101");
  id = insist(*one);
  BOOST_TEST(eventually([&] { return one->id_of(one->last()) == id; }));
  BOOST_TEST(server.ask({"HEXISTS", "{sse-worker}:cluster", "fork:1"})->integer == 0);
  change("300");
  BOOST_TEST(eventually([&] { return one->lost_through() != 0; }));
  BOOST_TEST(resume(*one, first).ends_with("gap restarted"));
}

// It is restarted, or replaced, or its scripts were flushed.
BOOST_AUTO_TEST_CASE(one_that_forgot_the_script) {
  const auto one = worker();
  for (Sequence place = 1; place <= 3; ++place) {
    BOOST_TEST(publish(*one, "a") == one->id_of(place));
    server.ask({"SCRIPT", "FLUSH"});
  }
  server.ask({"ACL", "SETUSER", "default", "-evalsha"});
  BOOST_TEST(publish(*one, "a") == one->id_of(4));
  BOOST_TEST(publish(*one, "a") == one->id_of(5));
  BOOST_TEST(one->unavailable_reason().value_or("") == "");
}

BOOST_AUTO_TEST_CASE(one_that_does_not_tell_who_it_is) {
  server.ask({"ACL", "SETUSER", "default", "-info"});
  const auto one = worker();
  BOOST_TEST(publish(*one, "a") == one->id_of(1));
  server.ask({"CLIENT", "KILL", "TYPE", "normal"});
  BOOST_TEST(insist(*one) == one->id_of(2));
  BOOST_TEST(one->lost_through() == 0U);
}

BOOST_AUTO_TEST_CASE(what_was_taken_out_by_hand_is_a_hole) {
  const auto one = worker();
  publish(*one, "a");
  server.signal(SIGSTOP);
  BOOST_TEST(troubled(*one, "no answer"));
  server.signal(SIGCONT);
  insist(*one);
  server.ask({"DEL", "{sse-worker}:events"});
  const auto next = insist(*one);
  BOOST_TEST(next == one->id_of(one->last()));
  BOOST_TEST(one->unavailable_reason().value_or("") == "");
}

BOOST_AUTO_TEST_CASE(one_that_is_full_refuses_and_loses_nothing) {
  const auto one = worker();
  publish(*one, "a");
  server.ask({"CONFIG", "SET", "maxmemory", "1"});
  BOOST_TEST(publish(*one, "a") == "unavailable");
  BOOST_TEST(troubled(*one, "raise its maxmemory"));
  BOOST_TEST(held(*one) == "1");
  server.ask({"CONFIG", "SET", "maxmemory", "0"});
  BOOST_TEST(insist(*one) == one->id_of(2));
  BOOST_TEST(eventually([&] { return !one->unavailable_reason(); }));
}

BOOST_AUTO_TEST_CASE(a_replica_is_refused_with_advice) {
  const auto one = worker();
  server.ask({"REPLICAOF", "127.0.0.1", "1"});
  // The reader may be cut off first, and be well again: a replica can be read.
  BOOST_TEST(eventually([&] {
    BOOST_TEST(publish(*one, "a") != one->id_of(1));
    return one->unavailable_reason().value_or("").find("store.url must name the primary") !=
           std::string::npos;
  }));
  server.ask({"REPLICAOF", "NO", "ONE"});
  insist(*one);
}

BOOST_AUTO_TEST_CASE(the_wrong_password_is_said) {
  server.ask({"CONFIG", "SET", "requirepass", "secret"});
  {
    const auto without = worker();
    BOOST_TEST(troubled(*without, "Set store.password"), without->unavailable_reason().value_or("none"));
  }
  server.password = "wrong";
  {
    const auto wrong = worker();
    BOOST_TEST(troubled(*wrong, "check store.user and store.password"));
  }
  server.password = "secret";
  const auto one = worker();
  BOOST_TEST(publish(*one, "a") == one->id_of(1));
}

BOOST_AUTO_TEST_CASE(it_moves_to_another_address) {
  RedisServer other;
  const auto one = worker();
  publish(*one, "a");
  auto elsewhere = storage(other.address());
  BOOST_TEST(!one->reconfigure(StorageSettings()));
  BOOST_TEST(one->reconfigure(elsewhere));
  BOOST_TEST(eventually([&] { return one->lost_through() == 2; }));
  BOOST_TEST(insist(*one) == one->id_of(3));
  BOOST_TEST(other.ask({"XLEN", "{sse-worker}:events"})->integer == 1);
  BOOST_TEST(server.ask({"XLEN", "{sse-worker}:events"})->integer == 1);
  elsewhere.redis.key_namespace = "another";
  BOOST_TEST(!one->reconfigure(elsewhere));
}

BOOST_AUTO_TEST_CASE(closing_answers_what_waits) {
  auto one = worker();
  std::promise<std::string> told;
  std::vector<Draft> drafts;
  drafts.push_back(draft("a", "x"));
  one->append(std::move(drafts),
              [&](const auto& results) { told.set_value(worker::support::told(results.front())); });
  one->close();
  BOOST_TEST(told.get_future().get() == one->id_of(1));
  BOOST_TEST(publish(*one, "a") == "unavailable");
}

BOOST_AUTO_TEST_SUITE_END()
