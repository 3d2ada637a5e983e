#include "config/redis_url.hpp"

#include <fmt/format.h>

#include <boost/test/unit_test.hpp>

using worker::config::redis_address_of;

namespace {

std::string told(std::string_view url) {
  const auto address = redis_address_of(url);
  if (!address) return "none";
  if (!address->path.empty()) return address->path;
  return fmt::format("{}{} {} {}", address->tls ? "tls " : "", address->host, address->port,
                     address->database);
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
                          "127.0.0.1:6379"}) {
    BOOST_TEST_CONTEXT(url) { BOOST_TEST(told(url) == "none"); }
  }
  BOOST_TEST(told("unix:///" + std::string(107, 'x')) == "none");
  BOOST_TEST(told("redis://" + std::string(254, 'x')) == "none");
}

BOOST_AUTO_TEST_SUITE_END()
