#include "store/redis/link.hpp"

#include <fmt/format.h>

#include <utility>

namespace worker::store {
namespace {

using namespace std::chrono_literals;

constexpr Health::Pauses retry_pauses{.first = 50ms, .longest = 2s};

}  // namespace

RedisLink::RedisLink(const RedisSettings& settings, base::Logger& logger, const base::Random& jitter)
    : health_("redis", logger, retry_pauses, jitter), settings_(settings) {}

bool RedisLink::is_connected() const {
  const std::lock_guard lock(mutex_);
  return connection_ && !is_outdated_;
}

void RedisLink::connect() {
  RedisSettings settings;
  {
    const std::lock_guard lock(mutex_);
    if (connection_ && !is_outdated_) return;
    connection_.reset();
    is_outdated_ = false;
    settings = settings_;
  }
  auto made = std::make_unique<RedisConnection>(settings);
  const std::lock_guard lock(mutex_);
  connection_ = std::move(made);
}

void RedisLink::drop_stale() {
  const std::lock_guard lock(mutex_);
  if (connection_ && connection_->is_stale()) connection_.reset();
}

RedisConnection::Reply RedisLink::exchange(RedisAction action) {
  for (const auto& command : action.commands) connection_->send(command);
  action.commands = {};  // they may be large, and Redis has them
  return connection_->receive(action.wait);
}

void RedisLink::on_failed(const RedisError& error) {
  const std::lock_guard lock(mutex_);
  // close() or set() caused the error, not Redis.
  if (closing_ || is_outdated_) {
    connection_.reset();
    return;
  }
  // Replies that are still due would be taken for those to later commands.
  const bool replies_are_due = connection_ && connection_->replies_due() > 0;
  if (error.kind() == RedisError::Kind::broken || replies_are_due) connection_.reset();
  health_.on_failed(fmt::format("Redis at {}: {}", text_of(settings_.address), error.what()));
}

void RedisLink::on_recovered() {
  if (!health_.healthy()) health_.on_recovered(fmt::format("address={}", text_of(settings().address)));
}

bool RedisLink::pause() {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, health_.retry_pause(), [&] { return closing_ || is_outdated_; });
  return !closing_;
}

std::optional<std::chrono::milliseconds> RedisLink::retry_pause() {
  if (health_.healthy()) return std::nullopt;
  return health_.retry_pause();
}

RedisSettings RedisLink::settings() const {
  const std::lock_guard lock(mutex_);
  return settings_;
}

void RedisLink::set(const RedisSettings& settings) {
  const std::lock_guard lock(mutex_);
  settings_ = settings;
  is_outdated_ = true;
  changed_.notify_all();
}

void RedisLink::interrupt() {
  const std::lock_guard lock(mutex_);
  if (connection_) connection_->interrupt();
}

void RedisLink::close() {
  const std::lock_guard lock(mutex_);
  closing_ = true;
  changed_.notify_all();
}

}  // namespace worker::store
