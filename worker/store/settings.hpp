// What an operator can set about where events are stored. Plain values; config/ reads them, defaults are the
// shipped ones.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace worker::store {

/// After a start ages by the clock of the machine, or of Redis, are not believed for so long: one that has
/// just started often has a wrong time until the network corrects it.
inline constexpr std::chrono::minutes clock_distrust{5};

/// Where a Redis is reached.
struct RedisAddress {
  /// The path of a Unix socket; empty: host and port.
  std::string path;
  std::string host = "127.0.0.1";
  std::uint16_t port = 6379;
  unsigned database = 0;
  bool tls = false;

  bool operator==(const RedisAddress&) const = default;
};

/// A file that the configuration names, with what it held when the configuration was read: so a reload
/// notices another content. No path: no file.
struct TextFile {
  std::string path;
  std::string text;

  bool operator==(const TextFile&) const = default;
};

/// Of a Redis that is reached over TLS. All files are PEM.
struct RedisTls {
  /// The authorities that may vouch for Redis. None: those that the system trusts.
  TextFile authorities;
  /// Of the worker, for a Redis that asks for them; both or none.
  TextFile certificate;
  TextFile key;
  /// The name that the certificate of Redis must have. Empty: the host of the address.
  std::string server_name;

  bool operator==(const RedisTls&) const = default;
};

struct RedisSettings {
  /// How the Redis that has the keys is found.
  enum class Setup {
    single,    // it is at `address`
    sentinel,  // the Sentinels at `seeds` say which Redis is the primary of the name `primary`
    cluster,   // the nodes at `seeds` say which node of the Cluster has the slot of the keys
  };
  Setup setup = Setup::single;
  /// With `sentinel` and `cluster`: only its database and `tls` count; they hold for what is found, too.
  RedisAddress address;
  std::vector<RedisAddress> seeds;
  std::string primary;
  /// Empty: the user `default`.
  std::string user;
  /// Empty: none is asked for.
  std::string password;
  /// Where the password comes from, if not from the configuration itself.
  std::string password_file;
  /// The same for the Sentinels, which have users of their own.
  std::string sentinel_user;
  std::string sentinel_password;
  std::string sentinel_password_file;
  RedisTls tls;
  /// How many replicas must have an event before its publish is answered. 0: the primary suffices.
  std::size_t replicas = 0;
  /// `store.namespace`: names the cluster. Workers with the same one share its events. All keys begin with
  /// it, in braces, so that a Redis Cluster keeps them together.
  std::string key_namespace = "sse-worker";

  bool operator==(const RedisSettings&) const = default;
};

/// Where events are kept besides this process's memory.
struct StorageSettings {
  enum class Kind { memory, sqlite, redis };
  /// What an answered publish survives.
  enum class Durability {
    process,  // the end of this process, however it ends; the disk has it when the system writes it back
    full,     // the end of the machine's power, too: the disk has it before the answer
  };

  Kind kind = Kind::memory;
  /// The file of `sqlite`.
  std::string path = "/var/lib/sse-worker/journal.db";
  Durability durability = Durability::process;
  RedisSettings redis;

  bool operator==(const StorageSettings&) const = default;
};

}  // namespace worker::store
