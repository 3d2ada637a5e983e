// What an operator can set about the history, and about where it is kept. Plain values; config/ reads them,
// defaults are the shipped ones.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace worker::journal {

struct Settings {
  /// Events held of one topic.
  std::size_t topic_events_max = 10'000;
  std::chrono::milliseconds age_max{3'600'000};
  /// Of all topics together, with what the bookkeeping takes.
  std::size_t bytes_max = 67'108'864;
  /// Publishers' ids remembered of events that are not held any more.
  std::size_t past_ids_max = 100'000;
  /// Bytes of all appends that wait for the disk or Redis, including bookkeeping.
  std::size_t waiting_bytes_max = 67'108'864;

  bool operator==(const Settings&) const = default;
};

/// After a start ages by the clock of the machine, or of Redis, are not believed for so long: one that has
/// just started often has a wrong time until the network corrects it.
inline constexpr std::chrono::minutes clock_patience{5};

/// Where a Redis is reached.
struct RedisAddress {
  /// The path of a Unix socket; empty: host and port.
  std::string path;
  std::string host = "127.0.0.1";
  std::uint16_t port = 6379;
  unsigned database = 0;

  bool operator==(const RedisAddress&) const = default;
};

struct RedisSettings {
  RedisAddress address;
  /// Empty: none is asked for.
  std::string password;
  /// Names the hub: workers with the same one share its events. All keys begin with it, in braces, so that a
  /// Redis Cluster keeps them together.
  std::string hub = "sse-worker";

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

}  // namespace worker::journal
