// Packs of events and terms of Redis, into the log.
#include "unit/store/redis/reader_fixture.hpp"

using namespace worker::log;
using namespace worker::store;
using namespace worker::support;

BOOST_FIXTURE_TEST_SUITE(redis_reader_packs, ReaderFixture)

BOOST_AUTO_TEST_CASE(a_pack_is_so_many_events) {
  read_through(2);
  BOOST_TEST(reply(xread({pack(7, 5, 3), entry(7, 6), pack(7, 8, 2)})) == read_after("7-8"));
  BOOST_TEST(places(log.read_all(0, 10)) == "1 2 3 4 5 6 7 8");
  const auto entry = log.read_all(3, 1).front();
  BOOST_TEST(entry->frame() == "data: x\nid: 7-4\n\n");
  BOOST_TEST(entry->topics().front() == "a");
  BOOST_TEST(log.lost_through() == 0U);
}

// The stream has it in one entry: also who knows a part of it gets all of it.
BOOST_AUTO_TEST_CASE(events_of_a_pack_that_are_known_are_skipped) {
  read_through(2);
  BOOST_TEST(reply(xread({pack(7, 4, 4)})) == read_after("7-4"));
  BOOST_TEST(places(log.read_all(0, 10)) == "1 2 3 4");
  BOOST_TEST(reply(xread({pack(7, 4, 2), pack(7, 5, 1)})) == read_after("7-5"));
  BOOST_TEST(places(log.read_all(0, 10)) == "1 2 3 4 5");
  BOOST_TEST(log.lost_through() == 0U);
}

BOOST_AUTO_TEST_CASE(what_is_missing_before_a_pack_is_looked_up) {
  read_through(2);
  ids = {{4, "i"}};
  BOOST_TEST(reply(xread({pack(7, 9, 3)})) == "ZRANGEBYSCORE {n}:ids (2 (7 WITHSCORES LIMIT 0 1000");
  step();
  step();
  BOOST_TEST(step() == read_after("7-9"));
  BOOST_TEST(state() == "7-9 term 1: 7 8 9 lost 6, i after 6 gap evicted");
}

BOOST_AUTO_TEST_CASE(a_history_of_packs) {
  attach();
  BOOST_TEST(reply(opened(7, 150, 1)) == "XRANGE {n}:events (7-0 7-150 COUNT 64");
  BOOST_TEST(reply(resp::array({pack(7, 50, 50), pack(7, 100, 50)})) ==
             "XRANGE {n}:events (7-100 7-150 COUNT 64");
  BOOST_TEST(reply(resp::array({pack(7, 150, 50)})) == read_after("7-150"));
  BOOST_TEST(log.read_all(0, 1'000).size() == 150U);
  BOOST_TEST(log.lost_through() == 0U);
}

// What it skips is no loss, and not looked up, wherever the reader is.
BOOST_AUTO_TEST_CASE(a_term_skips_sequences) {
  read_through(3);
  BOOST_TEST(reply(xread({term(7, 1'000'000, 3), pack(7, 1'000'002, 2)})) == read_after("7-1000002"));
  BOOST_TEST(places(log.read_all(0, 10)) == "1 2 3 1000000 1000001 1000002");
  BOOST_TEST(log.lost_through() == 0U);
  BOOST_TEST(told(log.resume(select("a"), "7-3")) == "after 3");
  BOOST_TEST(told(log.resume(select("a"), "7-1000000")) == "after 1000000");
  ReaderFixture later;
  later.attach();
  BOOST_TEST(later.reply(opened(7, 1'000'001, 2)) == "ZRANGEBYSCORE {n}:ids (0 (2 WITHSCORES LIMIT 0 1000");
  later.step();
  BOOST_TEST(later.step() == "XRANGE {n}:events (7-1 7-1000001 COUNT 64");
  BOOST_TEST(later.reply(resp::array({pack(7, 3, 2), term(7, 1'000'000, 3), pack(7, 1'000'001, 1)})) ==
             read_after("7-1000001"));
  BOOST_TEST(places(later.log.read_all(0, 10)) == "2 3 1000000 1000001");
  BOOST_TEST(later.log.lost_through() == 1U);
}

// Other workers wrote through another process of Redis, which has all that this worker has read.
BOOST_AUTO_TEST_CASE(a_term_that_begins_meanwhile_is_the_one_that_is_known) {
  read_through(3);
  reply(xread({term(7, 1'000'000, 3), pack(7, 1'000'001, 1)}));
  BOOST_TEST(position() == "7-1000001 term 2");
  reply(xread({pack(7, 1'000'002, 1), term(7, 2'000'000, 1'000'002), term(7, 3'000'000, 2'000'000)}));
  BOOST_TEST(position() == "7-3000000 term 4");
  BOOST_TEST(attach() == eval("7 3000000 4"));
}

BOOST_AUTO_TEST_CASE(a_term_that_had_begun_when_the_stream_was_opened_counts_once) {
  attach();
  BOOST_TEST(reply(opened(7, 1'000'000, 1)) == "XRANGE {n}:events (7-0 7-1000000 COUNT 64");
  BOOST_TEST(reply(resp::array({pack(7, 3, 3), term(7, 1'000'000, 3)})) == read_after("7-1000000"));
  BOOST_TEST(position() == "7-1000000 term 1");
}

BOOST_AUTO_TEST_CASE(a_term_that_lacks_events_is_not_entered) {
  read_through(3);
  reply(xread({term(7, 1'000'000, 2)}));
  BOOST_TEST(position() == "7-1000000 term 1");
}

BOOST_AUTO_TEST_CASE(events_that_are_missing_before_a_term_are_lost) {
  read_through(3);
  BOOST_TEST(reply(xread({term(7, 1'000'000, 5)})) == "ZRANGEBYSCORE {n}:ids (3 (6 WITHSCORES LIMIT 0 1000");
  step();
  BOOST_TEST(step() == read_after("7-1000000"));
  BOOST_TEST(log.lost_through() == 5U);
}

BOOST_AUTO_TEST_CASE(a_pack_of_another_epoch_opens_the_stream_again) {
  read_through(3);
  BOOST_TEST(reply(xread({pack(8, 2, 2)})) == eval("7 3 1"));
  BOOST_TEST(reply(opened(8, 2, 1)) == read_after("8-0"));
  BOOST_TEST(reply(xread({pack(8, 2, 2), pack(8, 3, 1)})) == read_after("8-3"));
  BOOST_TEST(places(log.read_all(0, 10)) == "5 6 7");
}

BOOST_AUTO_TEST_SUITE_END()
