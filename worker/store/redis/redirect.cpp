#include "store/redis/redirect.hpp"

#include <string_view>

#include "base/number.hpp"

namespace worker::store {
namespace {

// `SLOT HOST:PORT`. The host may be an IPv6 address without brackets, be empty, or be `?`; the last two are
// for nodes that do not know how they are reached.
std::optional<RedisAddress> address_in(std::string_view text, const RedisAddress& from) {
  const auto blank = text.find(' ');
  const auto colon = text.rfind(':');
  if (blank == std::string_view::npos || colon == std::string_view::npos || colon < blank)
    return std::nullopt;
  const auto host = text.substr(blank + 1, colon - blank - 1);
  RedisAddress address = from;
  address.path.clear();
  if (!host.empty() && host != "?") address.host = host;
  if (!base::assign_number(text.substr(colon + 1), address.port) || address.port == 0) return std::nullopt;
  return address;
}

}  // namespace

std::optional<RedisRedirect> redirect_of(const redisReply& reply, const RedisAddress& from) {
  using Kind = RedisRedirect::Kind;
  if (reply.type != REDIS_REPLY_ERROR) return std::nullopt;
  std::string_view text(reply.str, reply.len);
  if (text.starts_with("TRYAGAIN")) return RedisRedirect{.kind = Kind::later, .address = {}};
  for (const auto& [word, kind] : {std::pair{std::string_view("MOVED "), Kind::moved}, {"ASK ", Kind::ask}}) {
    if (!text.starts_with(word)) continue;
    if (auto address = address_in(text.substr(word.size()), from)) return RedisRedirect{kind, *address};
  }
  return std::nullopt;
}

}  // namespace worker::store
