#include "store/redis/sentinel_watch.hpp"

#include <string>

#include "base/signals.hpp"
#include "store/redis/locator.hpp"

namespace worker::store {
namespace {

constexpr std::chrono::seconds interval{1};

}  // namespace

SentinelWatch::SentinelWatch(RedisLink& read_link, RedisLink& write_link, base::Logger& logger)
    : read_link_(read_link),
      write_link_(write_link),
      logger_(logger),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void SentinelWatch::wake() {
  const std::lock_guard lock(mutex_);
  woken_ = true;
  changed_.notify_all();
}

void SentinelWatch::close() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void SentinelWatch::run(const std::stop_token& stop) {
  base::block_signals();
  while (!stop.stop_requested()) {
    const bool has_sentinels = read_link_.settings().setup == RedisSettings::Setup::sentinel;
    if (has_sentinels) look();
    std::unique_lock lock(mutex_);
    const auto is_woken = [this] { return woken_; };
    if (has_sentinels) {
      changed_.wait_for(lock, stop, interval, is_woken);
    } else {
      changed_.wait(lock, stop, is_woken);
    }
    woken_ = false;
  }
}

void SentinelWatch::look() {
  const auto settings = read_link_.settings();
  std::string why;
  const auto votes = RedisLocator::ask_sentinels(settings, why);
  if (votes.empty() || 2 * votes.front().sentinels <= settings.seeds.size()) return;
  for (auto* link : {&read_link_, &write_link_}) {
    const auto connected = link->connected_address();
    if (!connected || *connected == votes.front().address) continue;
    logger_.warn("the Sentinels name another primary: store=redis from={} to={}", text_of(*connected),
                 text_of(votes.front().address));
    link->look_again();
  }
}

}  // namespace worker::store
