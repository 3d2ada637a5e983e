#include "config/redis_url.hpp"

#include <fmt/format.h>

#include <boost/test/unit_test.hpp>

using worker::config::read_redis_url;
using worker::store::RedisAddress;
using worker::store::RedisSettings;

namespace {

std::string told(const RedisAddress& address) {
  if (!address.path.empty()) return address.path;
  return fmt::format("{}{} {} {}", address.tls ? "tls " : "", address.host, address.port, address.database);
}

std::string told(std::string_view url) {
  RedisSettings redis;
  redis.address.host = "before";
  if (!read_redis_url(url, redis)) return redis.address.host == "before" ? "none" : "changed";
  if (redis.setup == RedisSettings::Setup::single) return told(redis.address);
  auto text =
      redis.setup == RedisSettings::Setup::cluster ? std::string("cluster") : "primary " + redis.primary;
  text += fmt::format(" {}", redis.address.database);
  for (const auto& seed : redis.seeds) text += "; " + told(seed);
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_url)

BOOST_AUTO_TEST_CASE(addresses) {
  BOOST_TEST(told("redis://a.example") == "a.example 6379 0");
  BOOST_TEST(told("redis://a.example/") == "a.example 6379 0");
  BOOST_TEST(told("redis://a.example/2") == "a.example 6379 2");
  BOOST_TEST(told("redis://10.0.0.1:65535/15") == "10.0.0.1 65535 15");
  BOOST_TEST(told("redis://[::1]:7000") == "::1 7000 0");
  BOOST_TEST(told("redis://[::1]") == "::1 6379 0");
  BOOST_TEST(told("rediss://a.example:6380/1") == "tls a.example 6380 1");
  BOOST_TEST(told("rediss://[::1]") == "tls ::1 6379 0");
  BOOST_TEST(told("unix:///run/redis/redis.sock") == "/run/redis/redis.sock");
}

BOOST_AUTO_TEST_CASE(sentinels) {
  BOOST_TEST(told("redis+sentinel://a,b:7000,[::1]/orders") ==
             "primary orders 0; a 26379 0; b 7000 0; ::1 26379 0");
  BOOST_TEST(told("redis+sentinel://10.0.0.1:26380/my-primary_1.2/3") ==
             "primary my-primary_1.2 3; 10.0.0.1 26380 0");
  BOOST_TEST(told("rediss+sentinel://a/orders/") == "primary orders 0; tls a 26379 0");
}

BOOST_AUTO_TEST_CASE(nodes_of_a_cluster) {
  BOOST_TEST(told("redis+cluster://a") == "cluster 0; a 6379 0");
  BOOST_TEST(told("rediss+cluster://a:7000,[fe80::1]:7001/") ==
             "cluster 0; tls a 7000 0; tls fe80::1 7001 0");
}

BOOST_AUTO_TEST_CASE(a_later_url_replaces_an_earlier_one) {
  RedisSettings redis;
  BOOST_TEST(read_redis_url("rediss+sentinel://a,b/orders/3", redis));
  BOOST_TEST(read_redis_url("redis://c", redis));
  RedisSettings expected;
  expected.address.host = "c";
  BOOST_TEST((redis == expected));
}

BOOST_AUTO_TEST_CASE(everything_else) {
  for (const auto* url : {"",
                          "redis",
                          "redis://",
                          "redis:///1",
                          "redis://:6379",
                          "redis://a:",
                          "redis://a:0",
                          "redis://a:65536",
                          "redis://a:1x",
                          "redis://a/x",
                          "redis://a/-1",
                          "redis://[::1",
                          "redis://[::1]7",
                          "redis://user:secret@a",
                          "redis://a b",
                          "rediss:///1",
                          "redisss://a",
                          "http://a",
                          "unix://run/redis.sock",
                          "unix://",
                          "127.0.0.1:6379",
                          "redis+sentinel://a",
                          "redis+sentinel://a/",
                          "redis+sentinel:///orders",
                          "redis+sentinel://a,/orders",
                          "redis+sentinel://a,,b/orders",
                          "redis+sentinel://a/or ders",
                          "redis+sentinel://a/orders/x",
                          "redis+sentinel://user:secret@a/orders",
                          "redis+cluster://",
                          "redis+cluster://a/1",
                          "redis+cluster://a b",
                          "redis+other://a",
                          "redis+://a",
                          "sentinel://a/orders",
                          "unix+cluster:///run/redis.sock"}) {
    BOOST_TEST_CONTEXT(url) { BOOST_TEST(told(url) == "none"); }
  }
  BOOST_TEST(told("unix:///" + std::string(107, 'x')) == "none");
  BOOST_TEST(told("redis://" + std::string(254, 'x')) == "none");
  BOOST_TEST(told("redis+sentinel://a/" + std::string(201, 'x')) == "none");
  std::string many = "redis+cluster://a";
  for (int i = 1; i < 32; ++i) many += ",a";
  BOOST_TEST(told(many) != "none");
  BOOST_TEST(told(many + ",a") == "none");
}

BOOST_AUTO_TEST_SUITE_END()
