// RedisConnection: one connection to a Redis, for one thread that waits for each reply, never longer than a
// bound. The replies are parsed by hiredis; the socket is the worker's own, because the hiredis of Debian 12
// has no TLS. Every failure is thrown as RedisError. After one of kind `broken`, destroy the connection,
// because it is unknown which command the next reply would belong to.
#pragma once

#include <hiredis.h>

#include <chrono>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "store/redis/error.hpp"
#include "store/redis/socket.hpp"
#include "store/settings.hpp"

namespace worker::store {

/// `127.0.0.1:6379`, or the path.
std::string text_of(const RedisAddress& address);
/// The same, `PRIMARY of the Sentinels ADDRESS, ADDRESS`, or `the Cluster of ADDRESS, ADDRESS`.
std::string text_of(const RedisSettings& settings);

class RedisConnection {
 public:
  struct Free {
    void operator()(redisReader* reader) const { redisReaderFree(reader); }
    void operator()(redisReply* reply) const { freeReplyObject(reply); }
  };
  using Reply = std::unique_ptr<redisReply, Free>;

  /// How long each step of a connection, and a reply, may take.
  static constexpr std::chrono::milliseconds timeout{1'500};

  /// Connects to `settings.address`, authenticates, and asks for the id of the Redis process. Each of these
  /// steps takes up to `step`.
  explicit RedisConnection(const RedisSettings& settings, std::chrono::milliseconds step = timeout);

  /// Sends a RedisCommand. Several may be sent before the first reply is received: replies come in the same
  /// order.
  void send(std::string_view command);
  /// The next reply, which may be an error. `longer`: it may take this long beyond the bound.
  Reply receive(std::chrono::milliseconds longer = {});
  int replies_due() const { return replies_due_; }
  /// Sends a command and receives its reply; throws if that is an error.
  Reply ask(std::initializer_list<std::string_view> words);
  /// Redis has closed it, or has sent something without a command.
  bool is_stale() { return socket_.is_stale(); }
  /// From any thread: receive() fails at once, now or when it is called next.
  void interrupt() const { socket_.interrupt(); }
  /// Names the Redis process for as long as it runs; empty if its user may not read it.
  const std::string& process_id() const { return process_id_; }
  const RedisAddress& address() const { return address_; }
  /// The value of a field of `INFO section`; empty if there is none, or if its user may not read it.
  std::string info(std::string_view section, std::string_view field);

 private:
  const RedisAddress address_;
  std::chrono::milliseconds step_;  // how long each step may take
  RedisSocket socket_;
  std::unique_ptr<redisReader, Free> reader_;
  std::string process_id_;
  int replies_due_ = 0;
};

}  // namespace worker::store
