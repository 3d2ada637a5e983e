// What every reader must have, from what was published and acknowledged.
#include "ledger.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "inbox.hpp"

using namespace sse::bench;
using Names = std::vector<std::string>;

BOOST_AUTO_TEST_SUITE(ledger)

BOOST_AUTO_TEST_CASE(a_delivery_for_every_reader_of_the_topic) {
  Ledger ledger({"b", "a/1", "b", "a/2"}, 2);
  BOOST_TEST(ledger.topics() == (Names{"a/1", "a/2", "b"}), boost::test_tools::per_element());
  ledger.add_reader({"b"});
  ledger.add_reader({"a/*", "a/1"});  // overlapping: once
  ledger.add_reader({"*"});
  ledger.add_reader({"other"});
  for (std::size_t topic = 0; topic < 3; ++topic) ledger.acknowledge(ledger.next(0, topic));
  BOOST_TEST(ledger.expected() == 6U);
  ledger.doubt(ledger.next(1, 0));
  BOOST_TEST(ledger.expected() == 6U);
  BOOST_TEST(ledger.sent() == 8U);
}

BOOST_AUTO_TEST_CASE(each_connection_and_topic_is_a_lane) {
  Ledger ledger({"a", "b"}, 2);
  const auto lane_and_number = [&](std::size_t connection, std::size_t topic) {
    const Stamp stamp = ledger.next(connection, topic);
    return Names{std::to_string(stamp.lane), std::to_string(stamp.number)};
  };
  BOOST_TEST(lane_and_number(0, 0) == (Names{"0", "0"}), boost::test_tools::per_element());
  BOOST_TEST(lane_and_number(0, 1) == (Names{"1", "0"}), boost::test_tools::per_element());
  BOOST_TEST(lane_and_number(1, 1) == (Names{"3", "0"}), boost::test_tools::per_element());
  BOOST_TEST(lane_and_number(1, 1) == (Names{"3", "1"}), boost::test_tools::per_element());
  BOOST_TEST(lane_and_number(0, 0) == (Names{"0", "1"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(lost_is_what_was_acknowledged_and_never_came) {
  Ledger ledger({"a", "b"}, 1);
  std::vector<Stamp> stamps;
  stamps.reserve(6);
  for (int i = 0; i < 6; ++i) stamps.push_back(ledger.next(0, 0));
  Inbox inbox;
  BOOST_TEST(ledger.lost({"a"}, inbox) == 6U);
  BOOST_TEST(ledger.lost({"b"}, inbox) == 0U);
  inbox.take(stamps[0].lane, 0);
  inbox.take(stamps[3].lane, 3);
  BOOST_TEST(ledger.lost({"a"}, inbox) == 4U);
  // Nobody knows whether the hub took 1, 3 and 5: not to have them is no loss, to have one is no gain.
  for (const std::size_t number : {1, 3, 5}) ledger.doubt(stamps[number]);
  BOOST_TEST(ledger.lost({"a"}, inbox) == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
