// Housekeeping: what the process does on the loop of one reactor for all. After appends, and once a second,
// it evicts events that are too old or exceed the bounds of the history; once a second it gives freed memory
// back to the system, logs what the limit per address refused, and reads key files that have changed. Owned
// by Process. Loop thread only, but for constructor and destructor: the loop must not run then, and nobody
// append.
#pragma once

#include <atomic>

#include "api/stream/address_limit_log.hpp"
#include "app/token_keys.hpp"
#include "log/log.hpp"
#include "net/background_thread.hpp"
#include "net/loop.hpp"

namespace worker::app {

class Housekeeping {
 public:
  static constexpr std::chrono::milliseconds interval{1'000};

  /// All that is borrowed outlives it.
  Housekeeping(net::Loop& loop, log::Log& log, api::AddressLimitLog& address_limit_log,
               TokenKeys& token_keys);

 private:
  void on_time();
  void post_expire();
  void expire();

  net::Loop& loop_;
  log::Log& log_;
  api::AddressLimitLog& address_limit_log_;
  TokenKeys& token_keys_;
  net::BackgroundThread background_;
  net::Timer timer_;
  log::Follower follower_;
  std::atomic<bool> expire_posted_ = false;
};

}  // namespace worker::app
