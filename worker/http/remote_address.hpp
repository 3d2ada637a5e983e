// RemoteAddress: a reader's address, as the web server passes it (the parameter REMOTE_ADDR). Network: the
// part of an address that counts as one reader. Values; pure; usable from every thread.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace worker::http {

/// An IPv4 address, or the beginning of an IPv6 address. One IPv6 user has a network of 2^64 addresses at
/// least, so single IPv6 addresses are never told apart.
struct Network {
  static constexpr std::uint8_t ipv4_bits = 32;
  static constexpr std::uint8_t ipv6_bits = 64;
  /// The largest network that providers give to one household, office or server (RFC 6177).
  static constexpr std::uint8_t ipv6_site_bits = 48;

  /// The address's first `length` bits, the first one in the highest bit; the rest is 0.
  std::uint64_t bits = 0;
  std::uint8_t length = 0;

  auto operator<=>(const Network&) const = default;
  /// The /48 of an IPv6 /64; none for others.
  std::optional<Network> site() const;
  /// `203.0.113.7`, `2001:db8:0:7::/64`.
  std::string text() const;
};

class RemoteAddress {
 public:
  enum class Kind {
    network,      // another machine: network() says which
    loopback,     // 127.0.0.0/8 or ::1: this machine, which may be a proxy for everybody
    unix_socket,  // `unix:`, which nginx passes for a peer on a Unix socket
    unknown,      // the parameter is missing or not an address
  };

  RemoteAddress() = default;
  /// IPv4 in four decimal numbers, IPv6 in any spelling, with or without `%zone`. An IPv4-mapped IPv6 address
  /// (`::ffff:203.0.113.7`) is the IPv4 address. Never fails: what is no address is `unknown`.
  static RemoteAddress parse(std::string_view text);

  Kind kind() const { return kind_; }
  bool is_loopback() const { return kind_ == Kind::loopback; }
  /// The IPv4 address or the IPv6 /64; none unless kind() is `network`.
  std::optional<Network> network() const;
  /// As the web server spelled it; empty where it sent none.
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  Kind kind_ = Kind::unknown;
  Network network_;
};

}  // namespace worker::http
