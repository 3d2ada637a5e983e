// SentinelWatch: asks the Sentinels once a second whether the primary is still the Redis that the links are
// connected to. After a failover the former primary may still be reached, and take commands that the new one
// will never have: Sentinels that cannot reach it cannot cut its clients off, either. So the links look for
// the primary again as soon as most of the Sentinels name another one.
//
// RedisStore owns it. It has a thread of its own; without Sentinels the thread sleeps. Sentinels that do not
// answer are no failure: the links keep what they have.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/logger.hpp"
#include "store/redis/link.hpp"

namespace worker::store {

class SentinelWatch {
 public:
  /// Borrows the links.
  SentinelWatch(RedisLink& read_link, RedisLink& write_link, base::Logger& logger);
  ~SentinelWatch() { close(); }

  /// The settings of the links have changed.
  void wake();
  /// Waits for the thread.
  void close();

 private:
  void run(const std::stop_token& stop);
  void look();

  RedisLink& read_link_;
  RedisLink& write_link_;
  base::Logger& logger_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool woken_ = false;  // guarded by mutex_
  std::jthread thread_;
};

}  // namespace worker::store
