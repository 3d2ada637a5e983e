#include "store/redis/locator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "base/number.hpp"
#include "base/printable.hpp"
#include "store/redis/redirect.hpp"
#include "store/redis/stream.hpp"

namespace worker::store {
namespace {

using Kind = RedisError::Kind;

std::string text_of_reply(const redisReply& reply) { return base::printable({reply.str, reply.len}); }

// What one Sentinel names; none if it does not know the primary.
std::optional<RedisAddress> ask_sentinel(const RedisSettings& settings, const RedisAddress& seed) {
  auto at_sentinel = settings_at(settings, seed);
  at_sentinel.address.database = 0;
  at_sentinel.user = settings.sentinel_user;
  at_sentinel.password = settings.sentinel_password;
  RedisConnection sentinel(at_sentinel, RedisLocator::seed_timeout);
  const auto reply = sentinel.ask({"SENTINEL", "GET-MASTER-ADDR-BY-NAME", settings.primary});
  if (reply->type == REDIS_REPLY_NIL) return std::nullopt;
  auto address = settings.address;
  address.path.clear();
  const bool is_pair = reply->type == REDIS_REPLY_ARRAY && reply->elements == 2 &&
                       reply->element[0]->type == REDIS_REPLY_STRING &&
                       reply->element[1]->type == REDIS_REPLY_STRING;
  if (!is_pair) throw unexpected_reply("SENTINEL GET-MASTER-ADDR-BY-NAME", *reply);
  address.host = std::string(reply->element[0]->str, reply->element[0]->len);
  const std::string_view port(reply->element[1]->str, reply->element[1]->len);
  if (address.host.empty() || !base::assign_number(port, address.port) || address.port == 0)
    throw unexpected_reply("SENTINEL GET-MASTER-ADDR-BY-NAME", *reply);
  return address;
}

}  // namespace

RedisSettings settings_at(const RedisSettings& settings, const RedisAddress& address) {
  auto at = settings;
  at.setup = RedisSettings::Setup::single;
  at.address = address;
  at.seeds.clear();
  return at;
}

RedisLocator::Connection RedisLocator::connect(const RedisSettings& settings) {
  switch (settings.setup) {
    case RedisSettings::Setup::sentinel:
      return connect_to_primary(settings);
    case RedisSettings::Setup::cluster:
      return connect_to_node(settings);
    case RedisSettings::Setup::single:
      break;
  }
  return std::make_unique<RedisConnection>(settings);
}

// --- Sentinel ---

std::vector<RedisLocator::Vote> RedisLocator::ask_sentinels(const RedisSettings& settings, std::string& why) {
  std::vector<Vote> votes;
  for (const auto& seed : settings.seeds) {
    try {
      const auto address = ask_sentinel(settings, seed);
      if (!address) {
        why = fmt::format("the Sentinel at {} knows no primary of the name {}; check the name in store.url",
                          text_of(seed), settings.primary);
        continue;
      }
      auto known = std::ranges::find(votes, *address, &Vote::address);
      if (known == votes.end()) known = votes.insert(known, {.address = *address, .sentinels = 0});
      ++known->sentinels;
    } catch (const RedisError& error) {
      why = fmt::format("the Sentinel at {}: {}", text_of(seed), error.what());
    }
  }
  std::ranges::stable_sort(votes, std::greater(), &Vote::sentinels);
  return votes;
}

// In the middle of a failover some Sentinels name the former primary, which is down, or a replica by now. One
// that is cut off from the others may do so for long, while the former primary still takes commands: so the
// majority counts.
RedisLocator::Connection RedisLocator::connect_to_primary(const RedisSettings& settings) {
  std::string why;
  for (const auto& vote : ask_sentinels(settings, why)) {
    const auto named = fmt::format("Redis at {}, which {} of {} Sentinels name", text_of(vote.address),
                                   vote.sentinels, settings.seeds.size());
    try {
      auto connection = std::make_unique<RedisConnection>(settings_at(settings, vote.address));
      if (connection->info("replication", "role") != "slave") return connection;
      why = named + ", is a replica: a failover is under way";
    } catch (const RedisError& error) {
      why = fmt::format("{}: {}", named, error.what());
    }
  }
  throw RedisError(Kind::broken, why);
}

// --- Cluster ---

// Any node says which one has a key. A replica does so, too, and a node that lost the others says
// CLUSTERDOWN.
RedisLocator::Connection RedisLocator::connect_to_node(const RedisSettings& settings) {
  std::vector<RedisAddress> candidates;
  if (hint_) candidates.push_back(*hint_);
  candidates.insert(candidates.end(), settings.seeds.begin(), settings.seeds.end());
  std::string why;
  std::vector<RedisAddress> tried;
  for (const auto& candidate : candidates) {
    if (auto connection = follow(settings, candidate, tried, why)) {
      hint_ = connection->address();
      return connection;
    }
  }
  hint_.reset();
  throw RedisError(Kind::broken, why);
}

// From node to node until one has the keys; null with the reason in `why` if none has. No node is asked
// twice.
RedisLocator::Connection RedisLocator::follow(const RedisSettings& settings, RedisAddress address,
                                              std::vector<RedisAddress>& tried, std::string& why) {
  const auto key = RedisStream::state_key(settings.key_namespace);
  while (std::ranges::find(tried, address) == tried.end()) {
    tried.push_back(address);
    try {
      auto connection = std::make_unique<RedisConnection>(settings_at(settings, address), seed_timeout);
      connection->send(redis_command({"EXISTS", key}));
      const auto reply = connection->receive();
      const auto redirect = redirect_of(*reply, address);
      if (reply->type == REDIS_REPLY_ERROR && !redirect) throw unexpected_reply("EXISTS", *reply);
      // If the slot is on its way to another node, RedisLink follows command by command.
      if (!redirect || redirect->kind != RedisRedirect::Kind::moved) return connection;
      why = fmt::format("Redis at {}: {}", text_of(address), text_of_reply(*reply));
      address = redirect->address;
    } catch (const RedisError& error) {
      why = fmt::format("Redis at {}: {}", text_of(address), error.what());
      return nullptr;
    }
  }
  return nullptr;
}

}  // namespace worker::store
