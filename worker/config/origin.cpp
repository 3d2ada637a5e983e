#include "config/origin.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/number.hpp"
#include "base/printable.hpp"

namespace worker::config {
namespace {

// A name has at most 253 characters; the longest scheme in use and a port leave room.
constexpr std::size_t origin_bytes_max = 300;

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool is_scheme(std::string_view text) {
  return !text.empty() && text.front() >= 'a' && text.front() <= 'z' && std::ranges::all_of(text, [](char c) {
    return is_lower_or_digit(c) || c == '+' || c == '-' || c == '.';
  });
}

bool is_host(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']')) {
    std::array<unsigned char, sizeof(in6_addr)> address{};
    const std::string inner(host.substr(1, host.size() - 2));
    return ::inet_pton(AF_INET6, inner.c_str(), address.data()) == 1;
  }
  return !host.empty() && std::ranges::all_of(host, [](char c) {
    return is_lower_or_digit(c) || c == '-' || c == '.' || c == '_';
  });
}

std::string lower(std::string_view text) {
  std::string lower(text);
  for (auto& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

}  // namespace

std::optional<std::string> origin_problem(std::string_view text) {
  const auto shown = base::printable(text);
  if (text == "null") return "null is the origin of every sandboxed page, and cannot be allowed";
  if (text.size() > origin_bytes_max)
    return fmt::format("an origin has at most {} bytes, not {}", origin_bytes_max, text.size());
  if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) > '~'; }))
    return fmt::format("{} must be in ASCII, as browsers send it: an international name begins with xn--",
                       shown);
  const auto end = text.find("://");
  if (end == std::string_view::npos)
    return fmt::format("{} is no origin; write https://HOST or http://HOST:PORT", shown);
  if (text.find('*') != std::string_view::npos)
    return fmt::format("{} is no exact origin; name each one, or allow all with \"*\"", shown);
  const auto path = text.find_first_of("/?#", end + 3);
  if (path != std::string_view::npos)
    return fmt::format("{} must end behind the host or the port; write {}", shown,
                       base::printable(text.substr(0, path)));
  if (const auto lowered = lower(text); lowered != text)
    return fmt::format("{} must be in lower case; write {}", shown, base::printable(lowered));
  const auto scheme = text.substr(0, end);
  auto host = text.substr(end + 3);
  if (const auto colon = host.rfind(':'); colon != std::string_view::npos && !host.ends_with(']')) {
    const auto digits = host.substr(colon + 1);
    const auto port = base::parse_number<std::uint16_t>(digits);
    if (!port || *port == 0 || digits.front() == '0')
      return fmt::format("{} must have a port from 1 to 65535 behind the colon", shown);
    if ((scheme == "https" && *port == 443) || (scheme == "http" && *port == 80))
      return fmt::format("{} names the port that {} has anyway, and browsers leave it out; write {}", shown,
                         scheme, base::printable(text.substr(0, end + 3 + colon)));
    host = host.substr(0, colon);
  }
  if (!is_scheme(scheme) || !is_host(host))
    return fmt::format("{} is no origin; write https://HOST or http://HOST:PORT", shown);
  return std::nullopt;
}

}  // namespace worker::config
