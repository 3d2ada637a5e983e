// Lines that are longer than what may be unanswered.

#include <boost/test/unit_test.hpp>

#include "unit/pipe/publisher_fixture.hpp"

using namespace std::chrono_literals;
using namespace worker::pipe;
using State = Publisher::State;

BOOST_AUTO_TEST_SUITE(publisher_long_lines_suite)

BOOST_AUTO_TEST_CASE(a_long_line_gets_a_connection_of_its_own) {
  PublisherFixture it("close\n");
  const std::string line(PublisherFixture::bytes_max + 1, 'x');
  it.add(1, "a\n");
  it.turn();
  BOOST_TEST(!it.publisher.offer(2, line));
  BOOST_TEST(!it.worker().is_finished);
  it.hear(stored);
  BOOST_TEST(!it.publisher.offer(2, line));
  BOOST_TEST(it.worker().is_finished);
  it.end(Ending::Kind::complete);
  it.turn();
  BOOST_TEST(it.workers.size() == 2U);
  BOOST_TEST(it.worker().is_apart);
  BOOST_TEST(!it.worker().is_finished);
  BOOST_TEST(it.publisher.offer(2, line));
  it.turn();
  BOOST_TEST(it.worker().got == line);
  BOOST_TEST(it.worker().is_finished);
  BOOST_TEST(!it.publisher.offer(3, "b\n"));
  it.worker().ending = Ending{Ending::Kind::complete, {}};
  it.hear("{\"stored\":1,\"rejected\":0,\"last\":\"x\"}\n");
  BOOST_TEST(it.publisher.offer(3, "b\n"));
  it.turn();
  BOOST_TEST(it.workers.size() == 3U);
  BOOST_TEST(!it.worker().is_apart);
  BOOST_TEST(it.worker().got == "b\n");
  BOOST_TEST(it.report.counts.published == 2U);
  BOOST_TEST(it.report.counts.reconnects == 0U);
  check(it.said, {});
}

BOOST_AUTO_TEST_CASE(a_long_line_is_sent_again_on_a_connection_of_its_own) {
  PublisherFixture it;
  const std::string line(PublisherFixture::bytes_max + 1, 'x');
  it.add(1, line);
  it.turn();
  BOOST_TEST(it.worker().is_apart);
  it.end(Ending::Kind::lost);
  it.turn_after(long_enough);
  BOOST_TEST(it.worker().is_apart);
  BOOST_TEST(it.worker().got == line);
  it.hear("{\"error\":\"line 1: away\",\"retry\":true}\n{\"stored\":0,\"rejected\":1,\"last\":null}\n");
  it.end(Ending::Kind::complete);
  it.turn();
  BOOST_TEST(it.workers.size() == 2U);
  it.turn_after(long_enough);
  BOOST_TEST(it.workers.size() == 3U);
  BOOST_TEST(it.worker().got == line);
  it.worker().ending = Ending{Ending::Kind::complete, {}};
  it.hear("{\"stored\":1,\"rejected\":0,\"last\":\"x\"}\n");
  BOOST_TEST(it.report.counts.published == 1U);
  it.publisher.end_input();
  it.turn();
  BOOST_TEST(it.is(State::done));
}

BOOST_AUTO_TEST_CASE(the_end_of_the_topics_behind_a_long_line) {
  PublisherFixture it("close\n");
  it.add(1, std::string(PublisherFixture::bytes_max + 1, 'x'));
  it.publisher.end_input();
  it.turn();
  it.worker().ending = Ending{Ending::Kind::complete, {}};
  it.hear("{\"error\":\"line 1: too long\"}\n{\"stored\":0,\"rejected\":1,\"last\":null}\n");
  it.turn();
  BOOST_TEST(!it.worker().is_apart);
  it.turn();
  BOOST_TEST(it.worker().got == "close\n");
  it.hear(stored);
  it.turn();
  it.end(Ending::Kind::complete);
  BOOST_TEST(it.is(State::done));
}

BOOST_AUTO_TEST_CASE(a_way_that_takes_long_lines_as_they_are) {
  PublisherFixture it({}, false);
  it.add(1, "a\n");
  it.turn();
  it.hear(stored);
  it.add(2, std::string(PublisherFixture::bytes_max + 1, 'x'));
  it.turn();
  BOOST_TEST(it.worker().got.size() == PublisherFixture::bytes_max + 3);
  BOOST_TEST(!it.worker().is_apart);
}

BOOST_AUTO_TEST_SUITE_END()
