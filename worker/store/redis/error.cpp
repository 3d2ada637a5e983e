#include "store/redis/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/printable.hpp"

namespace worker::store {
namespace {

// Those of Redis itself are shorter.
constexpr std::size_t error_bytes_max = 500;

// What to change, for errors of Redis that do not say so themselves.
std::string_view advice(std::string_view error) {
  constexpr std::pair<std::string_view, std::string_view> known[]{
      {"OOM", "; raise its maxmemory, or lower history.bytes_max"},
      {"READONLY", "; it is a replica: store.url must name the primary, or the Sentinels"},
      {"NOAUTH", " Set store.password"},
      {"WRONGPASS", "; check store.user and store.password"},
      {"NOPERM",
       "; its user needs the commands that docs/clustering.md lists, and the keys of store.namespace"},
      {"WRONGTYPE", "; other data has the keys of store.namespace: choose another namespace"},
      {"LOADING", "; it has just started: the worker waits for it"},
      {"MISCONF", "; look at its log, and make room on its disk"},
      {"BUSY", "; a script of another client holds it up: SCRIPT KILL ends that script"},
      {"MASTERDOWN",
       "; it is a replica without its primary: store.url must name the primary, or the Sentinels"},
      {"NOREPLICAS", "; it requires more replicas (min-replicas-to-write) than it has: start them"},
      {"CLUSTERDOWN", "; nodes of the Cluster are missing: start them, or wait for the failover"},
      {"CROSSSLOT", "; the keys of store.namespace must share a slot: report this"},
      {"MOVED", "; it is a node of a Cluster: begin store.url with redis+cluster://"},
      {"ERR unknown command 'EVAL", "; it must be Redis 7, and no Sentinel"},
  };
  for (const auto& [code, text] : known) {
    if (error.find(code) < 16) return text;
  }
  return {};
}

// `[5, "a", nil, …]`. Bounded, because a reply may be nested to any depth.
std::string reply_text(const redisReply& reply, int depth_max = 3) {
  constexpr std::size_t elements_max = 4;
  if (reply.type == REDIS_REPLY_NIL) return "nil";
  if (reply.type == REDIS_REPLY_INTEGER) return std::to_string(reply.integer);
  if (reply.type == REDIS_REPLY_ARRAY) {
    std::string text = "[";
    for (std::size_t i = 0; i < std::min(reply.elements, elements_max) && depth_max > 0; ++i)
      text += (i == 0 ? "" : ", ") + reply_text(*reply.element[i], depth_max - 1);
    return text + (reply.elements > elements_max || (depth_max == 0 && reply.elements > 0) ? ", …]" : "]");
  }
  return fmt::format("\"{}\"", base::printable({reply.str, reply.len}));
}

}  // namespace

RedisError unexpected_reply(std::string_view command, const redisReply& reply) {
  if (reply.type != REDIS_REPLY_ERROR)
    return {RedisError::Kind::broken, fmt::format("unexpected reply to {}: {}", command, reply_text(reply))};
  const std::string_view error(reply.str, reply.len);
  if (error.empty())
    return {RedisError::Kind::refused, fmt::format("{} got an error without a text", command)};
  return {RedisError::Kind::refused,
          fmt::format("{}{}", base::printable(error, error_bytes_max), advice(error))};
}

}  // namespace worker::store
