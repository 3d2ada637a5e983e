// RedisLink: the way of one thread to Redis: a connection, made when it is needed and again when the address
// changes, and its health. Failures are thrown as RedisError and are to be reported by on_failed(), which
// decides whether the connection is still of use.
//
// What its own thread calls, and what every thread may call, is said below.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/logger.hpp"
#include "base/random.hpp"
#include "store/health.hpp"
#include "store/redis/command.hpp"
#include "store/redis/connection.hpp"
#include "store/settings.hpp"

namespace worker::store {

class RedisLink {
 public:
  RedisLink(const RedisSettings& settings, base::Logger& logger, const base::Random& jitter);

  /// --- for its thread ---
  /// There is a connection to the address that is set now.
  bool is_connected() const;
  /// Connects, unless there is a connection to the address that is set now.
  void connect();
  /// Closes a connection that Redis has closed meanwhile: what would be sent now might be executed, or not.
  void drop_stale();
  /// Sends the commands, and waits for the next reply.
  RedisConnection::Reply exchange(RedisAction action);
  const std::string& process_id() const { return connection_->process_id(); }
  void on_failed(const RedisError& error);
  void on_recovered();
  /// Waits before the next try; not after the address has changed. False when the store closes.
  bool pause();
  /// When to try again; none while it is healthy.
  std::optional<std::chrono::milliseconds> retry_pause();

  /// --- for every thread ---
  bool healthy() const { return health_.healthy(); }
  std::optional<std::string> unavailable_reason() const { return health_.unavailable_reason(); }
  RedisSettings settings() const;
  /// Another address, or password; connect() uses it.
  void set(const RedisSettings& settings);
  /// A reply that is waited for does not come.
  void interrupt();
  /// From now on errors say nothing about Redis, and pause() does not wait.
  void close();

 private:
  Health health_;
  mutable std::mutex mutex_;
  // Guarded by mutex_; the connection is used by its thread without it.
  RedisSettings settings_;
  std::unique_ptr<RedisConnection> connection_;
  bool is_outdated_ = false;  // the connection, or the attempt to connect: settings_ have changed
  bool closing_ = false;
  std::condition_variable changed_;
};

}  // namespace worker::store
