// Which Redis has the keys: as Sentinels, or the nodes of a Cluster, say.
#include "store/redis/locator.hpp"

#include <fmt/format.h>

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "support/resp.hpp"
#include "unit/store/redis/scripted_redis.hpp"

using namespace worker::store;
using namespace worker::support;

namespace {

using On = ScriptedRedis::On;
using Setup = RedisSettings::Setup;

const std::string key = "{sse-worker}:cluster";

std::string info_of(const std::string& role) {
  return resp::bulk("# All\r\nrun_id:abc\r\nrole:" + role + "\r\n");
}
std::string pair_of(const RedisAddress& address) {
  return resp::strings({address.host, std::to_string(address.port)});
}
std::string moved_to(const RedisAddress& address) {
  return resp::error(fmt::format("MOVED 7 {}:{}", address.host, address.port));
}

/// A Redis with a role, which replies `other` to all but INFO.
ScriptedRedis::Script redis_of(const std::string& role, const std::string& other = "+OK\r\n") {
  return [=](const auto& command) { return command.starts_with("INFO") ? info_of(role) : other; };
}
/// A Sentinel that names `primary`.
ScriptedRedis::Script naming(const RedisAddress& primary) { return redis_of("sentinel", pair_of(primary)); }

/// The address of a port where nobody listens any more.
RedisAddress nowhere() { return ScriptedRedis(redis_of("master"), On::port).address(); }

RedisSettings settings(Setup setup, std::vector<RedisAddress> seeds) {
  RedisSettings made;
  made.setup = setup;
  made.seeds = std::move(seeds);
  made.primary = setup == Setup::sentinel ? "orders" : "";
  return made;
}

std::string found(const RedisSettings& settings) {
  try {
    return text_of(RedisLocator().connect(settings)->address());
  } catch (const RedisError& error) {
    BOOST_TEST((error.kind() == RedisError::Kind::broken));
    return error.what();
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_locator)

// --- Sentinels ---

BOOST_AUTO_TEST_CASE(the_primary_that_the_sentinels_name) {
  ScriptedRedis primary(redis_of("master"), On::port);
  ScriptedRedis sentinel(naming(primary.address()), On::port);
  auto to = settings(Setup::sentinel, {nowhere(), sentinel.address()});
  to.user = "worker";
  to.password = "secret";
  to.sentinel_user = "watcher";
  to.sentinel_password = "other";
  to.address.database = 3;
  BOOST_TEST(found(to) == text_of(primary.address()));
  BOOST_TEST(sentinel.hears("AUTH watcher other"));
  BOOST_TEST(sentinel.hears("SENTINEL GET-MASTER-ADDR-BY-NAME orders"));
  BOOST_TEST(!std::ranges::count(sentinel.heard(), "SELECT 3"));
  BOOST_TEST(primary.hears("AUTH worker secret"));
  BOOST_TEST(primary.hears("SELECT 3"));
}

// One that is cut off from the others still names the former primary.
BOOST_AUTO_TEST_CASE(the_majority_of_the_sentinels_counts) {
  ScriptedRedis former(redis_of("master"), On::port);
  ScriptedRedis primary(redis_of("master"), On::port);
  ScriptedRedis alone(naming(former.address()), On::port);
  ScriptedRedis one(naming(primary.address()), On::port);
  ScriptedRedis other(naming(primary.address()), On::port);
  BOOST_TEST(found(settings(Setup::sentinel, {alone.address(), one.address(), other.address()})) ==
             text_of(primary.address()));
  BOOST_TEST(former.heard().empty());
}

BOOST_AUTO_TEST_CASE(what_fewer_sentinels_name_is_tried_where_the_majority_names_no_primary) {
  ScriptedRedis replica(redis_of("slave"), On::port);
  ScriptedRedis primary(redis_of("master"), On::port);
  ScriptedRedis late(naming(replica.address()), On::port);
  ScriptedRedis late_too(naming(replica.address()), On::port);
  ScriptedRedis first(naming(primary.address()), On::port);
  BOOST_TEST(found(settings(Setup::sentinel, {late.address(), late_too.address(), first.address()})) ==
             text_of(primary.address()));
}

BOOST_AUTO_TEST_CASE(why_no_primary_is_found) {
  ScriptedRedis replica(redis_of("slave"), On::port);
  ScriptedRedis late(naming(replica.address()), On::port);
  BOOST_TEST(found(settings(Setup::sentinel, {late.address()})) ==
             fmt::format("Redis at {}, which 1 of 1 Sentinels name, is a replica: a failover is under way",
                         text_of(replica.address())));

  const auto gone = nowhere();
  BOOST_TEST(found(settings(Setup::sentinel, {gone})) ==
             fmt::format("the Sentinel at {}: Connection refused", text_of(gone)));

  ScriptedRedis naming_gone(naming(gone), On::port);
  BOOST_TEST(found(settings(Setup::sentinel, {naming_gone.address()})) ==
             fmt::format("Redis at {}, which 1 of 1 Sentinels name: Connection refused", text_of(gone)));

  ScriptedRedis strange(redis_of("sentinel", resp::nil), On::port);
  BOOST_TEST(
      found(settings(Setup::sentinel, {strange.address()})) ==
      fmt::format("the Sentinel at {} knows no primary of the name orders; check the name in store.url",
                  text_of(strange.address())));
}

BOOST_AUTO_TEST_CASE(a_sentinel_that_replies_nonsense) {
  for (const auto& reply :
       {std::string("+OK\r\n"), resp::strings({"", "6379"}), resp::strings({"a", "0"}),
        resp::strings({"a", "x"}), resp::strings({"a"}), resp::array({resp::integer(1), resp::integer(2)})}) {
    ScriptedRedis sentinel(redis_of("sentinel", reply), On::port);
    BOOST_TEST_CONTEXT(reply) {
      BOOST_TEST(found(settings(Setup::sentinel, {sentinel.address()}))
                     .starts_with(fmt::format("the Sentinel at {}: unexpected reply to SENTINEL",
                                              text_of(sentinel.address()))));
    }
  }
}

// It accepts connections, and never says anything.
BOOST_AUTO_TEST_CASE(a_sentinel_that_hangs_is_not_waited_for_long) {
  ScriptedRedis primary(redis_of("master"), On::port);
  ScriptedRedis hanging([](const auto&) { return std::string(); }, On::port);
  ScriptedRedis sentinel(naming(primary.address()), On::port);
  BOOST_TEST(found(settings(Setup::sentinel, {hanging.address(), sentinel.address()})) ==
             text_of(primary.address()));
}

// --- a Cluster ---

BOOST_AUTO_TEST_CASE(the_node_that_has_the_keys) {
  ScriptedRedis node(redis_of("master", ":1\r\n"), On::port);
  BOOST_TEST(found(settings(Setup::cluster, {nowhere(), node.address()})) == text_of(node.address()));
  BOOST_TEST(node.hears("EXISTS " + key));
}

BOOST_AUTO_TEST_CASE(the_node_that_another_one_names) {
  ScriptedRedis node(redis_of("master", ":0\r\n"), On::port);
  ScriptedRedis seed(redis_of("master", moved_to(node.address())), On::port);
  BOOST_TEST(found(settings(Setup::cluster, {seed.address()})) == text_of(node.address()));
}

// The slot is on its way: RedisLink follows command by command.
BOOST_AUTO_TEST_CASE(a_node_that_is_giving_the_keys_away) {
  ScriptedRedis node(redis_of("master", resp::error("ASK 7 127.0.0.1:1")), On::port);
  BOOST_TEST(found(settings(Setup::cluster, {node.address()})) == text_of(node.address()));
}

BOOST_AUTO_TEST_CASE(begins_where_the_keys_were_last) {
  ScriptedRedis node(redis_of("master", ":1\r\n"), On::port);
  ScriptedRedis seed(redis_of("master", moved_to(node.address())), On::port);
  const auto to = settings(Setup::cluster, {seed.address()});
  RedisLocator locator;
  locator.connect(to);
  BOOST_REQUIRE(seed.hears("-"));  // it has left, and the seed has noticed
  const auto asked = seed.heard().size();
  locator.connect(to);
  BOOST_TEST(seed.heard().size() == asked);
}

// The node that had the keys has gone; another one knows which has them now.
BOOST_AUTO_TEST_CASE(asks_the_seeds_when_the_last_node_is_gone) {
  ScriptedRedis node(redis_of("master", ":1\r\n"), On::port);
  ScriptedRedis seed(redis_of("master", moved_to(node.address())), On::port);
  RedisLocator locator;
  locator.set_hint(nowhere());
  BOOST_TEST(text_of(locator.connect(settings(Setup::cluster, {seed.address()}))->address()) ==
             text_of(node.address()));
}

BOOST_AUTO_TEST_CASE(nodes_that_send_each_other_the_keys) {
  std::string to_other;
  ScriptedRedis one(
      [&](const auto& command) { return command.starts_with("INFO") ? info_of("master") : to_other; },
      On::port);
  ScriptedRedis other(redis_of("master", moved_to(one.address())), On::port);
  to_other = moved_to(other.address());
  BOOST_TEST(found(settings(Setup::cluster, {one.address()})) ==
             fmt::format("Redis at {}: MOVED 7 {}", text_of(other.address()), text_of(one.address())));
}

BOOST_AUTO_TEST_CASE(why_no_node_is_found) {
  ScriptedRedis down(redis_of("master", resp::error("CLUSTERDOWN Hash slot not served")), On::port);
  BOOST_TEST(
      found(settings(Setup::cluster, {down.address()})) ==
      fmt::format("Redis at {}: CLUSTERDOWN Hash slot not served; nodes of the Cluster are missing: start "
                  "them, or wait for the failover",
                  text_of(down.address())));
  const auto gone = nowhere();
  BOOST_TEST(found(settings(Setup::cluster, {gone})) ==
             fmt::format("Redis at {}: Connection refused", text_of(gone)));
}

BOOST_AUTO_TEST_SUITE_END()
