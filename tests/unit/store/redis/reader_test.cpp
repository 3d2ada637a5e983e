// The Redis stream into the log, reply by reply.
#include <memory>

#include "unit/store/redis/reader_fixture.hpp"

using namespace worker::log;
using namespace worker::store;
using namespace worker::support;
using namespace std::chrono_literals;

namespace {

const std::string none = ReaderFixture::xread({});

}  // namespace

BOOST_FIXTURE_TEST_SUITE(redis_reader, ReaderFixture)

BOOST_AUTO_TEST_CASE(opens_an_empty_stream_and_waits) {
  BOOST_TEST(attach() == eval("0 0 0"));
  BOOST_TEST(!reader.is_attached());
  BOOST_TEST(!log.ready());
  BOOST_TEST((wait == 0ms));
  BOOST_TEST(step() == read_after("7-0"));
  BOOST_TEST((wait == RedisReader::check_interval));
  BOOST_TEST(reader.is_restored());
  BOOST_TEST(log.ready());
  BOOST_TEST(log.id_of(1) == "7-1");
  BOOST_TEST(position() == "7-0 term 1");
}

BOOST_AUTO_TEST_CASE(retained_events_come_in_parts) {
  has(1, 200);
  attach();
  BOOST_TEST(step() == "XRANGE {n}:events (7-0 7-200 COUNT 64");
  BOOST_TEST(reader.is_attached());
  BOOST_TEST(!reader.is_restored());
  BOOST_TEST(step() ==
             "XRANGE {n}:events (7-64 7-200 COUNT 128");  // the part was full, so the next is larger
  BOOST_TEST(!reader.is_restored());
  BOOST_TEST(step() == "XRANGE {n}:events (7-192 7-200 COUNT 256");
  BOOST_TEST(step() == read_after("7-200", 256));
  BOOST_TEST(reader.is_restored());
  BOOST_TEST(log.last() == 200U);
  BOOST_TEST(log.lost_through() == 0U);
}

BOOST_AUTO_TEST_CASE(what_was_trimmed_before_the_first_event_is_looked_up) {
  has(5, 6);
  ids = {{2, "i"}, {4, "j"}};
  closed = {{3, "c"}};
  attach();
  BOOST_TEST(step() == "ZRANGEBYSCORE {n}:ids (0 (5 WITHSCORES LIMIT 0 1000");
  BOOST_TEST(!log.ready());
  BOOST_TEST(step() == "ZRANGEBYSCORE {n}:ids (4 (5 WITHSCORES LIMIT 0 1000");
  BOOST_TEST(step() == "ZRANGEBYSCORE {n}:closed 1 (5 WITHSCORES LIMIT 0 1000");
  BOOST_TEST(step() == "XRANGE {n}:events (7-4 7-6 COUNT 64");
  BOOST_TEST(log.ready());
  step();
  BOOST_TEST(state() == "7-6 term 1: 5 6 lost 4, i after 4 gap evicted, j after 4, c closed at 3");
}

BOOST_AUTO_TEST_CASE(holes_are_looked_up_after_the_retained_events) {
  events = {1, 2, 6, 7, 9};
  last = 9;
  ids = {{4, "i"}};
  closed = {{8, "c"}};
  attach();
  step();
  // One part has one hole in front of it at most; those within it lost their events otherwise.
  BOOST_TEST(step() == read_after("7-9"));
  BOOST_TEST(log.lost_through() == 8U);
  // The front of a part: 1 to 64 were trimmed after the stream had been opened.
  ReaderFixture late;
  late.attach();
  late.ids = {{4, "i"}};
  late.closed = {{8, "c"}};
  late.reply(opened(7, 80, 1));
  late.has(70, 80);
  BOOST_TEST(late.step() == "ZRANGEBYSCORE {n}:ids (0 (70 WITHSCORES LIMIT 0 1000");
  BOOST_TEST(late.reader.is_attached());
  BOOST_TEST(!late.reader.is_restored());
  late.step();
  BOOST_TEST(late.step() == "ZRANGEBYSCORE {n}:closed 1 (70 WITHSCORES LIMIT 0 1000");
  BOOST_TEST(late.step() == read_after("7-80"));
  BOOST_TEST(late.log.closed_at(select("c")) == 8U);
  BOOST_TEST(told(late.log.resume(select("z"), "i")) == "after 69 gap evicted");
}

BOOST_AUTO_TEST_CASE(what_was_trimmed_before_it_was_read_is_looked_up) {
  read_through(2);
  events = {6, 7};
  last = 7;
  ids = {{4, "i"}};
  closed = {{5, "c"}};
  BOOST_TEST(step() == "ZRANGEBYSCORE {n}:ids (2 (6 WITHSCORES LIMIT 0 1000");
  BOOST_TEST(log.last() == 2U);
  step();
  BOOST_TEST(step() == "ZRANGEBYSCORE {n}:closed 3 (6 WITHSCORES LIMIT 0 1000");
  BOOST_TEST(step() == read_after("7-7"));
  BOOST_TEST(state() == "7-7 term 1: 6 7 lost 5, i after 5 gap evicted, c closed at 5");
}

BOOST_AUTO_TEST_CASE(events_that_are_known_are_skipped) {
  read_through(3);
  BOOST_TEST(reply(xread({entry(7, 2), entry(7, 3), entry(7, 4), entry(7, 4)})) == read_after("7-4"));
  BOOST_TEST(places(log.read_all(0, 10)) == "1 2 3 4");
  BOOST_TEST(reply(xread({entry(7, 1)})) == read_after("7-4"));
  BOOST_TEST(position() == "7-4 term 1");
  BOOST_TEST(log.lost_through() == 0U);
}

BOOST_AUTO_TEST_CASE(events_missing_within_a_reply_are_lost) {
  read_through(1);
  BOOST_TEST(reply(xread({entry(7, 2), entry(7, 5)})) == read_after("7-5"));
  BOOST_TEST(places(log.read_all(0, 10)) == "5");
  BOOST_TEST(log.lost_through() == 4U);
}

// The reply is not taken in before the stream is open again: its sequences count from another start.
BOOST_AUTO_TEST_CASE(a_reply_of_another_epoch_opens_the_stream_again) {
  read_through(3);
  BOOST_TEST(reply(xread({entry(8, 1)})) == eval("7 3 1"));
  BOOST_TEST(!reader.is_attached());
  BOOST_TEST(reply(opened(8, 1, 1)) == read_after("8-0"));
  BOOST_TEST(log.id_of(5) == "8-1");
  BOOST_TEST(log.lost_through() == 4U);
  BOOST_TEST(told(log.resume(select("a"), "7-3")) == "after 4 gap restarted");
  BOOST_TEST(reply(xread({entry(8, 1)})) == read_after("8-1"));
  BOOST_TEST(places(log.read_all(0, 10)) == "5");
}

BOOST_AUTO_TEST_CASE(a_reply_of_two_epochs_counts_up_to_the_new_one) {
  read_through(1);
  BOOST_TEST(reply(xread({entry(7, 2), entry(8, 1), entry(8, 3)})) == read_after("7-2"));
  BOOST_TEST(places(log.read_all(0, 10)) == "1 2");
  BOOST_TEST(reply(xread({entry(8, 1), entry(8, 2)})) == eval("7 2 1"));
}

// --- packs ---

// --- nothing comes ---

BOOST_AUTO_TEST_CASE(a_stream_that_is_silent_is_checked) {
  read_through(3);
  BOOST_TEST(reply(none) == "HMGET {n}:cluster epoch last");
  BOOST_TEST((wait == 0ms));
  BOOST_TEST(step() == read_after("7-3"));
}

BOOST_AUTO_TEST_CASE(a_stream_that_is_another_is_opened) {
  read_through(3);
  for (const auto& found : {resp::array({resp::nil, resp::nil}), resp::array({resp::bulk("7"), resp::nil}),
                            resp::strings({"7", "2"}), resp::strings({"8", "3"})}) {
    reply(none);
    BOOST_TEST(reply(found) == eval("7 3 1"));
    BOOST_TEST(reply(opened(7, 3, 1)) == read_after("7-3"));
  }
  BOOST_TEST(log.lost_through() == 0U);
}

BOOST_AUTO_TEST_CASE(an_end_that_was_taken_out_is_lost_at_the_second_check) {
  read_through(3);
  last = 5;
  ids = {{4, "i"}};
  closed = {{5, "c"}};
  const auto check = [&] {
    reply(none);
    return step();
  };
  BOOST_TEST(check() == read_after("7-3"));
  // It came after all.
  BOOST_TEST(reply(xread({entry(7, 4)})) == read_after("7-4"));
  BOOST_TEST(check() == read_after("7-4"));
  BOOST_TEST(log.lost_through() == 0U);
  BOOST_TEST(check() == "ZRANGEBYSCORE {n}:ids (4 (6 WITHSCORES LIMIT 0 1000");
  step();
  BOOST_TEST(step() == read_after("7-5"));
  BOOST_TEST(log.lost_through() == 5U);
  BOOST_TEST(position() == "7-5 term 1");
  BOOST_TEST(log.closed_at(select("c")) == 5U);
}

// --- replicas ---

BOOST_AUTO_TEST_CASE(new_events_are_added_when_enough_replicas_have_them) {
  replicas = 2;
  read_through(1);  // what is retained waits for nothing
  BOOST_TEST(reply(xread({entry(7, 2)})) == "HSET {n}:cluster mark  | WAIT 2 1000");
  BOOST_TEST(step() == "");
  BOOST_TEST((wait == 1'000ms));
  BOOST_TEST(position() == "7-1 term 1");
  BOOST_TEST(reply(resp::integer(2)) == read_after("7-2"));
  BOOST_TEST(position() == "7-2 term 1");
  BOOST_TEST(reader.is_attached());
}

BOOST_AUTO_TEST_CASE(with_too_few_replicas_the_reader_is_not_attached) {
  replicas = 2;
  read_through(1);
  reply(xread({entry(7, 2)}));
  step();
  BOOST_CHECK_EXCEPTION(reply(resp::integer(1)), RedisError, [](const RedisError& error) {
    return error.kind() == RedisError::Kind::refused &&
           std::string(error.what()).starts_with("only 1 of 2 replicas (store.replicas) had an event");
  });
  // The stream opens, and has the event; the reader is attached when enough replicas have it.
  attach();
  BOOST_TEST(reply(opened(7, 2, 1)) == read_after("7-1"));
  BOOST_TEST(!reader.is_attached());
  reply(xread({entry(7, 2)}));
  step();
  BOOST_TEST(!reader.is_attached());
  reply(resp::integer(3));
  BOOST_TEST(reader.is_attached());
  BOOST_TEST(position() == "7-2 term 1");
}

// A failover has taken the event back: it was never added, so nothing is lost and the epoch goes on.
BOOST_AUTO_TEST_CASE(an_event_that_a_failover_took_back_is_not_missed) {
  replicas = 1;
  read_through(1);
  reply(xread({entry(7, 2)}));
  step();
  BOOST_CHECK_THROW(reply(resp::integer(0)), RedisError);
  BOOST_TEST(attach() == eval("7 1 1"));
  reply(opened(7, 1, 1));
  BOOST_TEST(!reader.is_attached());
  reply(none);
  BOOST_TEST(reader.is_attached());
  BOOST_TEST(state() == "7-1 term 1: 1 lost 0");
}

BOOST_AUTO_TEST_CASE(a_redis_that_can_write_nothing_is_read_and_a_former_primary_is_not) {
  replicas = 1;
  read_through(1);
  reply(xread({entry(7, 2)}));
  reply(resp::error("OOM command not allowed"));
  BOOST_TEST(reply(resp::integer(0)) == read_after("7-2"));
  reply(xread({entry(7, 3)}));
  reply(resp::error("MISCONF Redis is configured to save"));
  BOOST_TEST(reply(resp::integer(0)) == read_after("7-3"));
  reply(xread({entry(7, 4)}));
  BOOST_CHECK_THROW(reply(resp::error("READONLY You can't write against a read only replica.")), RedisError);
  BOOST_TEST(position() == "7-3 term 1");
}

// --- the clock ---

BOOST_AUTO_TEST_CASE(the_clock_of_redis_is_asked_for_once) {
  read_through(1);
  clock.advance(clock_distrust - 1ms);
  BOOST_TEST(reply(xread({entry(7, 2)})) == read_after("7-2"));
  clock.advance(1ms);
  BOOST_TEST(reply(xread({entry(7, 3)})) == "TIME");
  BOOST_TEST(step() == read_after("7-3"));
  BOOST_TEST(reply(none) == "HMGET {n}:cluster epoch last");
}

BOOST_AUTO_TEST_CASE(the_clock_is_asked_for_before_the_check) {
  read_through(1);
  clock.advance(clock_distrust);
  BOOST_TEST(reply(none) == "TIME");
  BOOST_TEST(step() == "HMGET {n}:cluster epoch last");
}

// A worker that has never read everything knows no age by its own clock.
BOOST_AUTO_TEST_CASE(events_of_the_start_have_the_date_of_redis) {
  has(1, 2);
  attach();
  step();
  step();
  BOOST_TEST(log.read_all(0, 10).at(1)->dated_ms() == 2);
  reply(xread({entry(7, 3)}));
  BOOST_TEST(log.read_all(0, 10).at(2)->dated_ms() == 3);
  reply(xread({entry(7, 4)}));
  BOOST_TEST(log.read_all(0, 10).at(3)->dated_ms() == 0);
}

// Away for ten seconds, of which the first event there is four seconds old; the other one claims an hour.
BOOST_AUTO_TEST_CASE(events_missed_are_as_old_as_redis_says_within_bounds) {
  attach();
  step();
  reply(none);
  clock.advance(10s);
  attach();
  reply(opened(7, 3, 1, 4'002));
  const auto dated = [&](Sequence sequence, const char* at) {
    return resp::array({resp::bulk(fmt::format("7-{}", sequence)),
                        resp::strings({"topics", "a", "event", "data: x\n", "at", at})});
  };
  reply(xread({dated(1, "-3600000"), dated(2, "2"), dated(3, "9000"), dated(4, "2")}));
  const auto entries = log.read_all(0, 10);
  const auto age = [&](std::size_t i) { return (clock.now() - entries.at(i)->at()) / 1ms; };
  BOOST_TEST(age(0) == 10'000);
  BOOST_TEST(age(1) == 4'000);
  BOOST_TEST(age(2) == 0);
  BOOST_TEST(age(3) == 0);  // came after the stream was opened
  BOOST_TEST(entries.at(1)->dated_ms() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
