// What a node of a Redis Cluster says when another one has the keys.
#include "store/redis/redirect.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "store/redis/connection.hpp"
#include "support/resp.hpp"

using namespace worker::store;
using namespace worker::support;

namespace {

std::string told(const std::string& reply) {
  const RedisAddress from{.path = "", .host = "10.0.0.1", .port = 6379, .database = 0, .tls = true};
  const auto parsed = resp::parse(reply);
  const auto redirect = redirect_of(*parsed, from);
  if (!redirect) return "none";
  if (redirect->kind == RedisRedirect::Kind::later) return "later";
  BOOST_TEST(redirect->address.tls);
  return (redirect->kind == RedisRedirect::Kind::moved ? "moved " : "ask ") + text_of(redirect->address);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_redirect)

BOOST_AUTO_TEST_CASE(names_the_node_that_has_the_keys) {
  BOOST_TEST(told(resp::error("MOVED 3999 127.0.0.1:6381")) == "moved 127.0.0.1:6381");
  BOOST_TEST(told(resp::error("ASK 3999 node-2.example:6381")) == "ask node-2.example:6381");
  BOOST_TEST(told(resp::error("MOVED 3999 fe80::1:6381")) == "moved [fe80::1]:6381");
  BOOST_TEST(told(resp::error("TRYAGAIN Multiple keys request during rehashing of slot")) == "later");
}

BOOST_AUTO_TEST_CASE(a_node_without_a_known_host_is_where_the_reply_came_from) {
  BOOST_TEST(told(resp::error("MOVED 3999 :6381")) == "moved 10.0.0.1:6381");
  BOOST_TEST(told(resp::error("MOVED 3999 ?:6381")) == "moved 10.0.0.1:6381");
}

BOOST_AUTO_TEST_CASE(everything_else_is_another_reply) {
  for (const auto& reply : {resp::error("MOVED 3999"), resp::error("MOVED 3999 a"),
                            resp::error("MOVED 3999 a:0"), resp::error("MOVED"), resp::error("MOVED 1:2 a"),
                            resp::error("ASK 3999 a:65536"), resp::error("ASK 3999 a:x"),
                            resp::error("ERR MOVED 3999 a:1"), resp::bulk("MOVED 3999 a:1"), resp::nil}) {
    BOOST_TEST_CONTEXT(reply) { BOOST_TEST(told(reply) == "none"); }
  }
}

BOOST_AUTO_TEST_SUITE_END()
