#include "store/redis/redis_store.hpp"
#include "store/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace worker::store {
namespace {

using namespace std::chrono_literals;

constexpr Health::Pauses retry_pauses{.first = 50ms, .longest = 2s};

// The two threads have different seeds.
base::Random jitter(const base::Clock& clock, int thread) {
  return base::Random(static_cast<std::uint64_t>(clock.wall().time_since_epoch().count() + thread));
}

}  // namespace

RedisStore::RedisStore(log::Log& log, const RedisSettings& redis, base::Logger& logger)
    : log_(log),
      clock_(log.clock()),
      mutex_(log.mutex()),
      history_(log.history()),
      stream_(redis.hub),
      logger_(logger),
      queue_(log),
      readback_(queue_),
      redis_(redis),
      read_link_{.health = Health("redis", logger, retry_pauses, jitter(clock_, 0))},
      write_link_{.health = Health("redis", logger, retry_pauses, jitter(clock_, 1))} {
  try {
    attach();
    read_retained();
  } catch (const RedisError& error) {
    on_failed(read_link_, error);
  }
  reader_ = std::jthread([this] { reader(); });
  writer_ = std::jthread([this] { writer(); });
}

RedisStore::~RedisStore() { RedisStore::close(); }

std::optional<std::string> RedisStore::unavailable_reason() const {
  auto reason = read_link_.health.unavailable_reason();
  return reason ? reason : write_link_.health.unavailable_reason();
}

void RedisStore::append(std::vector<log::Draft> drafts, Done done) {
  queue_.push(std::move(drafts), std::move(done),
              read_link_.health.healthy() && write_link_.health.healthy());
}

bool RedisStore::reconfigure(const StorageSettings& storage) {
  const std::lock_guard lock(mutex_);
  if (storage.kind != StorageSettings::Kind::redis || storage.redis.hub != redis_.hub) return false;
  if (storage.redis == redis_) return true;
  logger_.info("store reconfigured: store=redis from={} to={}", text_of(redis_.address),
               text_of(storage.redis.address));
  redis_ = storage.redis;
  ++address_version_;
  if (read_link_.redis) read_link_.redis->interrupt();
  changed_.notify_all();
  queue_.wake();
  return true;
}

void RedisStore::close() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    changed_.notify_all();
  }
  queue_.close();
  if (writer_.joinable()) writer_.join();
  {
    const std::lock_guard lock(mutex_);
    writer_done_ = true;
    if (read_link_.redis && readback_.empty()) read_link_.redis->interrupt();
    changed_.notify_all();
  }
  if (reader_.joinable()) reader_.join();
  readback_.complete_all();
}

// --- the two lines ---

RedisConnection& RedisStore::connected(Link& link) {
  RedisSettings redis;
  {
    const std::lock_guard lock(mutex_);
    if (link.redis && link.moved == address_version_) return *link.redis;
    link.redis.reset();
    link.moved = address_version_;
    redis = redis_;
  }
  auto made = std::make_unique<RedisConnection>(redis.address, redis.password);
  const std::lock_guard lock(mutex_);
  link.redis = std::move(made);
  return *link.redis;
}

void RedisStore::on_failed(Link& link, const RedisError& error) {
  const std::lock_guard lock(mutex_);
  // An error that close() or reconfigure() caused says nothing about Redis.
  if (closing_ || link.moved != address_version_) {
    link.redis.reset();
    return;
  }
  if (error.kind() == RedisError::Kind::broken) link.redis.reset();
  link.health.on_failed(error.what());
}

void RedisStore::on_recovered(Link& link) {
  if (!link.health.healthy()) link.health.on_recovered(fmt::format("address={}", link.redis->name()));
}

// Waits before the next try; false when the store closes.
bool RedisStore::pause(Link& link) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, link.health.retry_pause(),
                    [&] { return closing_ || link.moved != address_version_; });
  return !closing_;
}

RedisKnownPosition RedisStore::known_position() const {
  const std::lock_guard lock(mutex_);
  return {{epoch_, history_.epochs().last() - history_.epochs().start()}, term_};
}

}  // namespace worker::store
