#include "config/redis_url.hpp"

#include <algorithm>

#include "base/number.hpp"

namespace worker::config {
namespace {

bool is_name_or_address(std::string_view text) {
  constexpr std::size_t longest = 253;  // a name in the DNS
  return !text.empty() && text.size() <= longest && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view(".-_:").find(c) != std::string_view::npos;
  });
}

}  // namespace

std::optional<store::RedisAddress> redis_address_of(std::string_view url) {
  constexpr std::string_view unix_scheme = "unix://";
  constexpr std::string_view scheme = "redis://";
  constexpr std::string_view tls_scheme = "rediss://";
  constexpr std::size_t socket_path_max = 107;  // sockaddr_un
  store::RedisAddress address;
  if (url.starts_with(unix_scheme)) {
    address.path = url.substr(unix_scheme.size());
    if (!address.path.starts_with('/') || address.path.size() > socket_path_max) return std::nullopt;
    return address;
  }
  address.tls = url.starts_with(tls_scheme);
  if (!address.tls && !url.starts_with(scheme)) return std::nullopt;
  url.remove_prefix(address.tls ? tls_scheme.size() : scheme.size());
  if (const auto slash = url.find('/'); slash != std::string_view::npos) {
    const auto database = url.substr(slash + 1);
    if (!database.empty() && !base::assign_number(database, address.database)) return std::nullopt;
    url = url.substr(0, slash);
  }
  const bool bracketed = url.starts_with('[');
  const auto host_end = bracketed ? url.find(']') : url.find(':');
  if (bracketed && host_end == std::string_view::npos) return std::nullopt;
  const auto host = bracketed ? url.substr(1, host_end - 1) : url.substr(0, host_end);
  auto rest = bracketed ? url.substr(host_end + 1) : url.substr(std::min(host_end, url.size()));
  if (!is_name_or_address(host)) return std::nullopt;
  address.host = host;
  if (rest.empty()) return address;
  if (!rest.starts_with(':') || !base::assign_number(rest.substr(1), address.port) || address.port == 0)
    return std::nullopt;
  return address;
}

}  // namespace worker::config
