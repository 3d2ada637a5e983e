// TCP sockets made by `listen`.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include <boost/test/unit_test.hpp>

#include "unit/net/listen.hpp"

using namespace worker::net;

namespace {

sockaddr_in name_of(int fd) {
  sockaddr_in name{};
  socklen_t size = sizeof name;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&name), &size);
  return name;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(listening_tcp_suite)

BOOST_AUTO_TEST_CASE(on_the_loopback) {
  const auto socket = ListeningSocket::find({.address = "127.0.0.1:0"});
  BOOST_REQUIRE(socket.has_value());
  BOOST_TEST(socket.value().origin() == "127.0.0.1:0");
  BOOST_TEST(is_nonblocking_and_private(socket.value().descriptor()));
  const auto name = name_of(socket.value().descriptor());
  BOOST_TEST(::ntohl(name.sin_addr.s_addr) == INADDR_LOOPBACK);
  const worker::base::UniqueFd peer(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  BOOST_TEST(::connect(peer.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0);
}

BOOST_AUTO_TEST_CASE(the_port_is_the_one_that_was_asked_for_and_free_again_at_once) {
  auto port = std::string();
  {
    const auto any = ListeningSocket::find({.address = "127.0.0.1:0"});
    port = fmt::format("{}", ::ntohs(name_of(any.value().descriptor()).sin_port));
    const auto taken = "127.0.0.1:" + port;
    BOOST_TEST(error_of({.address = taken}) ==
               "listen: cannot listen on " + taken + ": Address already in use");
  }
  const auto again = ListeningSocket::find({.address = "127.0.0.1:" + port});
  BOOST_REQUIRE(again.has_value());
  BOOST_TEST(fmt::format("{}", ::ntohs(name_of(again.value().descriptor()).sin_port)) == port);
}

BOOST_AUTO_TEST_CASE(ipv6_with_and_without_brackets) {
  const worker::base::UniqueFd probe(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in6 loopback{};
  loopback.sin6_family = AF_INET6;
  loopback.sin6_addr = in6addr_loopback;
  if (::bind(probe.get(), reinterpret_cast<const sockaddr*>(&loopback), sizeof loopback) != 0) {
    BOOST_TEST_MESSAGE("this machine has no IPv6");
    return;
  }
  for (const auto* address : {"[::1]:0", "::1:0"}) {
    const auto socket = ListeningSocket::find({.address = address});
    BOOST_REQUIRE_MESSAGE(socket.has_value(), address);
    sockaddr_in6 name{};
    socklen_t size = sizeof name;
    ::getsockname(socket.value().descriptor(), reinterpret_cast<sockaddr*>(&name), &size);
    BOOST_TEST(IN6_IS_ADDR_LOOPBACK(&name.sin6_addr));
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_address) {
  for (const auto* address : {"127.0.0.1", "localhost:9000", "127.0.0.1:http", "127.0.0.1:90x", "[::1]",
                              "[]:9000", "256.0.0.1:9000", "1.2.3.4.5:9000", "[127.0.0.1:9000", ":9000"}) {
    BOOST_TEST(error_of({.address = address}) ==
               fmt::format("listen: {} is neither a path nor ADDRESS:PORT", address));
  }
}

BOOST_AUTO_TEST_CASE(an_address_of_another_machine) {
  BOOST_TEST(error_of({.address = "192.0.2.1:9000"}) ==
             "listen: cannot listen on 192.0.2.1:9000: Cannot assign requested address");
}

BOOST_AUTO_TEST_SUITE_END()
