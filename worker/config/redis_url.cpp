#include "config/redis_url.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/number.hpp"

namespace worker::config {
namespace {

using Setup = store::RedisSettings::Setup;

constexpr std::size_t seeds_max = 32;

bool consists_of(std::string_view text, std::size_t longest, std::string_view others) {
  return !text.empty() && text.size() <= longest && std::ranges::all_of(text, [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           others.find(c) != std::string_view::npos;
  });
}

// `before` a separator and what follows it; `text` itself, and nothing, without one.
std::pair<std::string_view, std::optional<std::string_view>> split(std::string_view text, char separator) {
  const auto at = text.find(separator);
  if (at == std::string_view::npos) return {text, std::nullopt};
  return {text.substr(0, at), text.substr(at + 1)};
}

bool read_unix_path(std::string_view path, store::RedisAddress& address) {
  constexpr std::size_t socket_path_max = 107;  // sockaddr_un
  address.path = path;
  return path.starts_with('/') && path.size() <= socket_path_max;
}

// HOST[:PORT].
bool read_place(std::string_view text, store::RedisAddress& address) {
  constexpr std::size_t name_max = 253;  // in the DNS
  const bool bracketed = text.starts_with('[');
  const auto host_end = bracketed ? text.find(']') : text.find(':');
  if (bracketed && host_end == std::string_view::npos) return false;
  const auto host = bracketed ? text.substr(1, host_end - 1) : text.substr(0, host_end);
  const auto rest = bracketed ? text.substr(host_end + 1) : text.substr(std::min(host_end, text.size()));
  if (!consists_of(host, name_max, ".-_:")) return false;
  address.host = host;
  if (rest.empty()) return true;
  return rest.starts_with(':') && base::assign_number(rest.substr(1), address.port) && address.port != 0;
}

bool read_database(std::optional<std::string_view> text, store::RedisAddress& address) {
  return !text || text->empty() || base::assign_number(*text, address.database);
}

bool read_places(std::string_view text, const store::RedisAddress& defaults, store::RedisSettings& redis) {
  for (std::optional<std::string_view> rest = text; rest;) {
    auto [place, next] = split(*rest, ',');
    auto address = defaults;
    if (redis.seeds.size() == seeds_max || !read_place(place, address)) return false;
    redis.seeds.push_back(std::move(address));
    rest = next;
  }
  return true;
}

// All behind `redis://`, `redis+sentinel://` or `redis+cluster://`.
bool read_rest(std::string_view rest, store::RedisSettings& redis) {
  constexpr std::uint16_t sentinel_port = 26'379;
  constexpr std::size_t primary_name_max = 200;
  auto [places, path] = split(rest, '/');
  switch (redis.setup) {
    case Setup::single:
      return read_database(path, redis.address) && read_place(places, redis.address);
    case Setup::sentinel: {
      auto defaults = redis.address;
      defaults.port = sentinel_port;
      auto [primary, database] = split(path.value_or(""), '/');
      redis.primary = primary;
      return consists_of(primary, primary_name_max, ".-_") && read_database(database, redis.address) &&
             read_places(places, defaults, redis);
    }
    case Setup::cluster:
      break;
  }
  return path.value_or("").empty() && read_places(places, redis.address, redis);
}

}  // namespace

bool read_redis_url(std::string_view url, store::RedisSettings& redis) {
  auto read = redis;
  read.setup = Setup::single;
  read.address = {};
  read.seeds.clear();
  read.primary.clear();
  constexpr std::string_view unix_scheme = "unix://";
  bool is_good = false;
  if (url.starts_with(unix_scheme)) {
    is_good = read_unix_path(url.substr(unix_scheme.size()), read.address);
  } else {
    const auto colon = url.find("://");
    if (colon == std::string_view::npos) return false;
    auto [scheme, setup] = split(url.substr(0, colon), '+');
    if (scheme != "redis" && scheme != "rediss") return false;
    if (setup && setup != "sentinel" && setup != "cluster") return false;
    read.address.tls = scheme == "rediss";
    if (setup) read.setup = setup == "sentinel" ? Setup::sentinel : Setup::cluster;
    is_good = read_rest(url.substr(colon + 3), read);
  }
  if (is_good) redis = std::move(read);
  return is_good;
}

}  // namespace worker::config
