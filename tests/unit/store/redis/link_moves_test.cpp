// The connection follows the keys: from node to node of a Cluster, and to the primary that Sentinels name.
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <string>

#include "unit/store/redis/link_fixture.hpp"

using namespace worker::store;
using namespace worker::support;
using On = ScriptedRedis::On;

BOOST_FIXTURE_TEST_SUITE(redis_link_moves, LinkFixture)

// --- a Cluster ---

BOOST_AUTO_TEST_CASE(follows_the_keys_to_another_node) {
  ScriptedRedis next(well, On::port);
  ScriptedRedis former(
      [&](const auto& command) {
        return command == "GET" ? resp::error("MOVED 7 " + text_of(next.address())) : well(command);
      },
      On::port);
  auto to = link(of_cluster({former.address()}));
  to.connect();
  BOOST_TEST(to.place() == text_of(former.address()));
  BOOST_TEST(!to.exchange({.commands = {redis_command({"GET"})}}));
  BOOST_TEST(to.place() == text_of(next.address()));
  BOOST_TEST(get(to) == "GET");
  BOOST_TEST(to.healthy());
}

// The slot is on its way: the other node has these keys already, and the link stays where it is.
BOOST_AUTO_TEST_CASE(asks_another_node_for_one_command) {
  ScriptedRedis next(well, On::port);
  ScriptedRedis former(
      [&](const auto& command) {
        return command == "GET" ? resp::error("ASK 7 " + text_of(next.address())) : well(command);
      },
      On::port);
  auto to = link(of_cluster({former.address()}), "secret");
  to.connect();
  BOOST_TEST(get(to) == "GET");
  const auto heard = next.heard();
  BOOST_TEST_REQUIRE(heard.size() >= 5U);
  BOOST_TEST(
      Heard(heard.begin(), heard.begin() + 5) == (Heard{"+", "AUTH secret", "INFO server", "ASKING", "GET"}),
      boost::test_tools::per_element());
  BOOST_TEST(to.place() == text_of(former.address()));
  BOOST_TEST(reply(to, {redis_command({"PING"})}) == "PING");
}

// Some keys have gone, some have not.
BOOST_AUTO_TEST_CASE(waits_while_the_keys_are_on_their_way) {
  std::atomic<int> asked = 0;
  ScriptedRedis redis(
      [&](const auto& command) {
        return command == "GET" && ++asked < 3 ? resp::error("TRYAGAIN Multiple keys request")
                                               : well(command);
      },
      On::port);
  auto to = link(of_cluster({redis.address()}));
  to.connect();
  BOOST_TEST(!to.exchange({.commands = {redis_command({"GET"})}}));
  BOOST_TEST(!to.exchange({.commands = {redis_command({"GET"})}}));
  BOOST_TEST(get(to) == "GET");
}

BOOST_AUTO_TEST_CASE(does_not_wait_for_keys_for_ever) {
  ScriptedRedis redis(replying(resp::error("TRYAGAIN Multiple keys request")), On::port);
  auto to = link(of_cluster({redis.address()}));
  to.connect();
  const auto why = failure(to, [&] {
    for (int i = 0; i < 100; ++i) to.exchange({.commands = {redis_command({"GET"})}});
  });
  BOOST_TEST(why.starts_with("refused: the Cluster moves the slot of the keys"));
  BOOST_TEST(
      to.unavailable_reason().value_or("").starts_with("Redis at " + text_of(redis.address()) + ": the Cl"));
  BOOST_TEST(to.is_connected());
}

// Without a Cluster the reply is an error like others.
BOOST_AUTO_TEST_CASE(follows_nobody_unless_it_is_a_cluster) {
  ScriptedRedis redis(replying(resp::error("MOVED 7 127.0.0.1:1")), On::port);
  auto to = link(redis.address());
  to.connect();
  BOOST_TEST(get(to) == "MOVED 7 127.0.0.1:1");
}

BOOST_AUTO_TEST_CASE(another_cluster_is_not_looked_for_where_the_last_one_was) {
  ScriptedRedis one(well, On::port);
  ScriptedRedis two(well, On::port);
  auto to = link(of_cluster({one.address()}));
  to.connect();
  to.set(of_cluster({two.address()}));
  to.connect();
  BOOST_TEST(to.place() == text_of(two.address()));
}

// --- Sentinels ---

BOOST_AUTO_TEST_CASE(looks_for_the_primary_again) {
  ScriptedRedis one(well, On::port);
  ScriptedRedis two(well, On::port);
  std::atomic<bool> is_over = false;
  ScriptedRedis sentinel(
      [&](const auto& command) {
        const auto named = is_over ? two.address() : one.address();
        if (!command.starts_with("SENTINEL")) return well(command);
        return std::optional(resp::strings({named.host, std::to_string(named.port)}));
      },
      On::port);
  RedisSettings settings;
  settings.setup = RedisSettings::Setup::sentinel;
  settings.seeds = {sentinel.address()};
  settings.primary = "orders";
  auto to = link(settings);
  BOOST_TEST(to.place() == "orders of the Sentinels " + text_of(sentinel.address()));
  to.connect();
  BOOST_TEST(text_of(to.connected_address().value()) == text_of(one.address()));
  is_over = true;
  to.look_again();
  BOOST_TEST(!to.connected_address());
  to.connect();
  BOOST_TEST(text_of(to.connected_address().value()) == text_of(two.address()));
  BOOST_TEST(to.healthy());
}

BOOST_AUTO_TEST_SUITE_END()
