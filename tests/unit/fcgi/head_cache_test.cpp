// Heads that come again: what the cache gives must be what libfcgi makes of them.
#include "fcgi/head_cache.hpp"

#include <fmt/format.h>

#include <boost/test/unit_test.hpp>
#include <string>

#include "fcgi/decoder.hpp"
#include "support/wire.hpp"

using namespace worker;
using namespace worker::fcgi;
namespace wire = support::wire;

namespace {

// A request as text that can be compared.
std::string told(const http::Request& request) {
  auto text = fmt::format("{} {} type={} length={} grant={} site={}", request.method, request.path,
                          request.content_type, request.content_length, request.grant.value_or("none"),
                          request.site_name);
  for (const auto& [name, value] : request.query.pairs()) text += fmt::format(" ?{}={}", name, value);
  for (const auto& [name, value] : request.headers) text += fmt::format(" {}: {}", name, value);
  return text;
}

std::string head_with(const std::string& length, const std::string& topic = "a") {
  return wire::pairs({{"REQUEST_METHOD", "POST"},
                      {"SCRIPT_NAME", "/publish"},
                      {"QUERY_STRING", "topic=" + topic},
                      {"CONTENT_TYPE", "application/json"},
                      {"CONTENT_LENGTH", length},
                      {"HTTP_AUTHORIZATION", "Bearer k"},
                      {"HTTP_CONTENT_LENGTH", length},
                      {"HTTP_ACCEPT", "*/*"}});
}

std::string decoded_by(Decoder& decoder, const std::string& params) {
  return told(decoder.decode(params).value());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(head_cache_suite)

BOOST_AUTO_TEST_CASE(a_head_that_comes_again_is_the_same_with_its_own_length) {
  Decoder decoder;
  for (const auto* length : {"1", "1", "22", "333", "", "1"}) {
    const auto params = head_with(length);
    Decoder fresh;
    BOOST_TEST(decoded_by(decoder, params) == decoded_by(fresh, params));
  }
}

BOOST_AUTO_TEST_CASE(it_is_kept_when_it_comes_the_second_time) {
  HeadCache cache;
  const auto params = head_with("7");
  const auto head = HeadCache::split(params).value();
  cache.keep(head, {.method = "POST"});
  BOOST_TEST(!cache.find(head));
  cache.keep(head, {.method = "POST"});
  BOOST_TEST(cache.find(head).value().content_length == "7");
  BOOST_TEST(!cache.find(HeadCache::split(head_with("7", "b")).value()));
}

// Names and values that run into each other must not look like another head.
BOOST_AUTO_TEST_CASE(heads_that_differ_are_different) {
  const auto text = [](const wire::Pairs& pairs) {
    return HeadCache::split(wire::pairs(pairs)).value().text;
  };
  BOOST_TEST(text({{"AB", "c"}}) != text({{"A", "Bc"}}));
  BOOST_TEST(text({{"CONTENT_LENGTH", "1"}, {"A", "b"}}) != text({{"A", "b"}, {"CONTENT_LENGTH", "1"}}));
  BOOST_TEST(text({{"CONTENT_LENGTH", "1"}}) != text({{"HTTP_CONTENT_LENGTH", "1"}}));
  BOOST_TEST(text({{"CONTENT_LENGTH", "1"}}) == text({{"CONTENT_LENGTH", "2"}}));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_kept) {
  BOOST_TEST(!HeadCache::split(wire::pairs({{"CONTENT_LENGTH", "1"}, {"CONTENT_LENGTH", "2"}})));
  BOOST_TEST(!HeadCache::split(wire::pairs({{"HTTP_CONTENT_LENGTH", "1"}, {"HTTP_CONTENT_LENGTH", "2"}})));
  BOOST_TEST(!HeadCache::split(wire::pair("HTTP_COOKIE", std::string(5'000, 'c'))));
}

// A client that varies its heads replaces few, and all answers stay right.
BOOST_AUTO_TEST_CASE(many_heads) {
  Decoder decoder;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 100; ++i) {
      const auto params = head_with(std::to_string(i * 7 + round), fmt::format("t{}", i % 40));
      BOOST_TEST(decoded_by(decoder, params) == told(Decoder().decode(params).value()));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
