// What a web server may say about where a reader is, and what of it is counted as one.
#include "http/remote_address.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using worker::http::Network;
using worker::http::RemoteAddress;
using Kind = RemoteAddress::Kind;
using namespace std::string_literals;

namespace {

std::string network_of(std::string_view text) {
  const auto network = RemoteAddress::parse(text).network();
  return network ? network->text() : "none";
}
std::string site_of(std::string_view text) {
  const auto network = RemoteAddress::parse(text).network();
  const auto site = network ? network->site() : std::nullopt;
  return site ? site->text() : "none";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(remote_address_suite)

BOOST_AUTO_TEST_CASE(ipv4_is_counted_by_address) {
  for (const auto* text :
       {"203.0.113.7", "0.0.0.0", "255.255.255.255", "126.255.255.255", "128.0.0.0", "10.0.0.1"}) {
    BOOST_TEST(network_of(text) == text);
    BOOST_TEST(site_of(text) == "none");
  }
}

BOOST_AUTO_TEST_CASE(ipv6_is_counted_by_64_bits_and_by_48) {
  BOOST_TEST(network_of("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::/64");
  BOOST_TEST(network_of("2001:DB8:1:2::") == "2001:db8:1:2::/64");
  BOOST_TEST(network_of("2001:db8:1:2:ffff:ffff:ffff:ffff") == "2001:db8:1:2::/64");
  BOOST_TEST(network_of("2001:db8:1:3::") == "2001:db8:1:3::/64");
  BOOST_TEST(site_of("2001:db8:1:2::7") == "2001:db8:1::/48");
  BOOST_TEST(site_of("2001:db8:1:ffff::7") == "2001:db8:1::/48");
  BOOST_TEST(site_of("2001:db8:2::7") == "2001:db8:2::/48");
  BOOST_TEST(network_of("fe80::1%eth0") == "fe80::/64");
  // Never the same as an IPv4 address with the same bits.
  BOOST_TEST(
      (RemoteAddress::parse("203.0.113.7").network() != RemoteAddress::parse("cb00:7107::").network()));
}

BOOST_AUTO_TEST_CASE(an_ipv4_address_is_itself_on_an_ipv6_socket) {
  for (const auto* text :
       {"::ffff:203.0.113.7", "::FFFF:203.0.113.7", "::ffff:cb00:7107", "0:0:0:0:0:ffff:203.0.113.7"})
    BOOST_TEST(network_of(text) == "203.0.113.7");
  BOOST_TEST(network_of("::203.0.113.7") == "::/64");
  BOOST_TEST(network_of("::fffe:203.0.113.7") == "::/64");
}

BOOST_AUTO_TEST_CASE(loopback_is_this_machine) {
  for (const auto* text : {"127.0.0.1", "127.0.0.0", "127.255.255.255", "::1", "0:0:0:0:0:0:0:1",
                           "::ffff:127.0.0.1", "::1%lo"}) {
    const auto address = RemoteAddress::parse(text);
    BOOST_TEST((address.kind() == Kind::loopback), text);
    BOOST_TEST(address.is_loopback());
    BOOST_TEST(!address.network());
    BOOST_TEST(address.text() == text);
  }
  for (const auto* text : {"::2", "::", "1::1", "::127.0.0.1"})
    BOOST_TEST(!RemoteAddress::parse(text).is_loopback(), text);
}

BOOST_AUTO_TEST_CASE(unix_sockets_as_nginx_names_them) {
  BOOST_TEST((RemoteAddress::parse("unix:").kind() == Kind::unix_socket));
  BOOST_TEST(!RemoteAddress::parse("unix:").network());
}

BOOST_AUTO_TEST_CASE(what_is_no_address) {
  for (const auto& text : {""s,
                           " "s,
                           "localhost"s,
                           "203.0.113"s,
                           "203.0.113.7.8"s,
                           "203.0.113.256"s,
                           "203.0.113.7:80"s,
                           "203.0.113.07"s,
                           " 203.0.113.7"s,
                           "203.0.113.7\n"s,
                           "[2001:db8::1]"s,
                           "2001:db8::1::"s,
                           "2001:db8:1:2:3:4:5:6:7"s,
                           "::g"s,
                           "203.0.113.7\0"s,
                           "203.0.113.7, 198.51.100.1"s,
                           "unix:/run/x"s,
                           "-"s,
                           "unknown"s,
                           "%"s,
                           std::string(5000, '1')}) {
    const auto address = RemoteAddress::parse(text);
    BOOST_TEST((address.kind() == Kind::unknown), text);
    BOOST_TEST(!address.network());
    BOOST_TEST(address.text() == text);
  }
  BOOST_TEST((RemoteAddress().kind() == Kind::unknown));
}

BOOST_AUTO_TEST_SUITE_END()
