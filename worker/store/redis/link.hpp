// RedisLink: the connection of one thread to the Redis that has the keys, and its health. The connection is
// made when it is needed, and again when the address changes or when a Redis Cluster has moved the keys.
// RedisStore owns one link to read and one to write. Failures are thrown as RedisError; the caller reports
// them with on_failed(), which decides whether the connection can still be used.
//
// Below, what its own thread calls comes first, then what every thread may call.
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
#include "store/redis/locator.hpp"
#include "store/redis/redirect.hpp"
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
  /// Drops a connection that Redis has closed meanwhile. It would be unknown whether a command that is sent
  /// on it was executed.
  void drop_stale();
  /// Sends the commands, and waits for the next reply. Only after connect(). Null: the keys were moved,
  /// nothing was done, and there may be another connection; the caller makes its command anew.
  RedisConnection::Reply exchange(RedisAction action);
  const std::string& process_id() const { return connection_->process_id(); }
  void on_failed(const RedisError& error);
  void on_recovered();
  /// Waits before the next try, but not if the address has changed. False when the store closes.
  bool pause();
  /// When to try again; none while it is healthy.
  std::optional<std::chrono::milliseconds> retry_pause();

  /// --- for every thread ---
  bool healthy() const { return health_.healthy(); }
  std::optional<std::string> unavailable_reason() const { return health_.unavailable_reason(); }
  RedisSettings settings() const;
  /// Where it is connected to, or where it would look for Redis.
  std::string place() const;
  std::optional<RedisAddress> connected_address() const;
  /// store.replicas.
  std::size_t replicas() const;
  /// Another address, or password; connect() uses it.
  void set(const RedisSettings& settings);
  /// Makes exchange() fail, if it waits for a reply.
  void interrupt();
  /// Makes the next connect() look for the primary again, and exchange() fail.
  void look_again();
  /// From now on errors do not change the health, and pause() does not wait.
  void close();

 private:
  void drop_with_replies();
  RedisConnection::Reply redirected(const RedisRedirect& redirect, const RedisCommand& command,
                                    std::chrono::milliseconds wait);
  RedisConnection::Reply ask(const RedisAddress& address, const RedisCommand& command,
                             std::chrono::milliseconds wait);
  std::string place_locked() const;

  Health health_;
  // For its thread.
  RedisLocator locator_;
  bool is_of_cluster_ = false;  // the connection
  int redirects_ = 0;           // in a row
  mutable std::mutex mutex_;
  // Guarded by mutex_; the connection is used by its thread without it.
  RedisSettings settings_;
  std::unique_ptr<RedisConnection> connection_;
  std::unique_ptr<RedisConnection> asked_;  // while another node executes one command
  bool is_outdated_ = false;  // the connection, or the attempt to connect: settings_ have changed
  bool closing_ = false;
  std::condition_variable changed_;
};

}  // namespace worker::store
