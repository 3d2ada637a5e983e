#include "http/remote_address.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

namespace worker::http {
namespace {

using Bytes4 = std::array<unsigned char, 4>;
using Bytes16 = std::array<unsigned char, 16>;

// The first 64 bits of an address of any length, the first one in the highest bit.
std::uint64_t first_bits(std::span<const unsigned char> bytes) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < sizeof bits; ++i) bits = bits << 8 | (i < bytes.size() ? bytes[i] : 0);
  return bits;
}

constexpr std::uint64_t masked(std::uint64_t bits, std::uint8_t length) {
  return bits & ~std::uint64_t{0} << (64 - length);
}

std::string text_of(int family, const void* bytes) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(family, bytes, text.data(), text.size());
  return text.data();
}

}  // namespace

std::optional<Network> Network::site() const {
  if (length != ipv6_bits) return std::nullopt;
  return Network{masked(bits, ipv6_site_bits), ipv6_site_bits};
}

std::string Network::text() const {
  Bytes16 bytes{};
  for (std::size_t i = 0; i < sizeof bits; ++i)
    bytes.at(i) = static_cast<unsigned char>(bits >> (56 - 8 * i));
  if (length == ipv4_bits) return text_of(AF_INET, bytes.data());
  return fmt::format("{}/{}", text_of(AF_INET6, bytes.data()), length);
}

RemoteAddress RemoteAddress::parse(std::string_view text) {
  constexpr Bytes16 mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  constexpr Bytes16 ipv6_loopback{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  RemoteAddress address;
  address.text_ = text;
  if (text == "unix:") {
    address.kind_ = Kind::unix_socket;
    return address;
  }
  // inet_pton reads up to the first NUL.
  if (text.find('\0') != std::string_view::npos) return address;
  const std::string without_zone(text.substr(0, text.find('%')));
  Bytes4 ipv4{};
  Bytes16 ipv6{};
  bool is_ipv4 = ::inet_pton(AF_INET, without_zone.c_str(), ipv4.data()) == 1;
  if (!is_ipv4) {
    if (::inet_pton(AF_INET6, without_zone.c_str(), ipv6.data()) != 1) return address;
    is_ipv4 = std::equal(mapped.begin(), mapped.begin() + 12, ipv6.begin());
    if (is_ipv4) std::copy(ipv6.begin() + 12, ipv6.end(), ipv4.begin());
  }
  const bool loopback = is_ipv4 ? ipv4[0] == 127 : ipv6 == ipv6_loopback;
  address.kind_ = loopback ? Kind::loopback : Kind::network;
  address.network_ =
      is_ipv4 ? Network{first_bits(ipv4), Network::ipv4_bits} : Network{first_bits(ipv6), Network::ipv6_bits};
  return address;
}

std::optional<Network> RemoteAddress::network() const {
  if (kind_ != Kind::network) return std::nullopt;
  return network_;
}

}  // namespace worker::http
