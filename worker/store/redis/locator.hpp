// RedisLocator: finds the Redis that has the keys, and connects to it: the one of the address, the primary
// that most Sentinels name, or the node of a Cluster that has the slot. It remembers that node, and begins
// there. For one thread; RedisLink owns one.
//
// A failure is thrown as RedisError of the kind `broken`, with the last reason. A Sentinel or a node that
// cannot be reached takes `seed_timeout`, a primary RedisConnection::timeout.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/redis/connection.hpp"
#include "store/settings.hpp"

namespace worker::store {

class RedisLocator {
 public:
  using Connection = std::unique_ptr<RedisConnection>;

  static constexpr std::chrono::milliseconds seed_timeout{500};

  Connection connect(const RedisSettings& settings);
  /// A node of the Cluster said that the keys are at `address`: connect() begins there.
  void set_hint(const RedisAddress& address) { hint_ = address; }

  /// A Redis that some of the Sentinels name as the primary.
  struct Vote {
    RedisAddress address;
    std::size_t sentinels = 0;
  };
  /// Asks all Sentinels at `settings.seeds`. What most of them name comes first; none if nobody knows, and
  /// then `why` says so.
  static std::vector<Vote> ask_sentinels(const RedisSettings& settings, std::string& why);

 private:
  static Connection connect_to_primary(const RedisSettings& settings);
  Connection connect_to_node(const RedisSettings& settings);
  static Connection follow(const RedisSettings& settings, RedisAddress address,
                           std::vector<RedisAddress>& tried, std::string& why);

  std::optional<RedisAddress> hint_;  // of a Cluster: where the keys were last
};

/// `settings` for one Redis at `address`.
RedisSettings settings_at(const RedisSettings& settings, const RedisAddress& address);

}  // namespace worker::store
