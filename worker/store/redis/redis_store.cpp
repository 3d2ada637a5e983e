#include "store/redis/redis_store.hpp"
#include "store/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace worker::store {
namespace {

using namespace std::chrono_literals;

constexpr auto retry_first = 50ms;
constexpr auto retry_longest = 2s;

}  // namespace

RedisStore::RedisStore(log::Log& log, const RedisSettings& redis, base::Logger& logger)
    : log_(log),
      clock_(log.clock()),
      mutex_(log.mutex()),
      history_(log.history()),
      stream_(redis.hub),
      logger_(logger),
      redis_(redis),
      read_link_{.random =
                     base::Random(static_cast<std::uint64_t>(clock_.wall().time_since_epoch().count()))},
      write_link_{
          .random = base::Random(static_cast<std::uint64_t>(clock_.wall().time_since_epoch().count() + 1))} {
  try {
    join();
    read_retained();
  } catch (const RedisError& error) {
    on_failed(read_link_, error);
  }
  reader_ = std::jthread([this] { reader(); });
  writer_ = std::jthread([this] { writer(); });
}

RedisStore::~RedisStore() { RedisStore::close(); }

std::optional<std::string> RedisStore::unavailable_reason() const {
  const std::lock_guard lock(mutex_);
  return read_link_.unavailable_reason ? read_link_.unavailable_reason : write_link_.unavailable_reason;
}

Backlog RedisStore::backlog() const {
  const std::lock_guard lock(mutex_);
  return {pending_bytes_.size(), pending_bytes_.refused()};
}

void RedisStore::append(std::vector<log::Draft> drafts, Done done) {
  const auto bytes = pending_bytes(drafts);
  PendingAppend waiting{std::move(drafts), std::move(done), bytes};
  auto why = Rejection::unavailable;
  {
    const std::lock_guard lock(mutex_);
    const bool well = !read_link_.unavailable_reason && !write_link_.unavailable_reason && !closing_;
    if (well && pending_bytes_.take(bytes, history_.settings().waiting_bytes_max)) {
      waiting_.push_back(std::move(waiting));
      changed_.notify_all();
      return;
    }
    if (well) why = Rejection::full;
  }
  waiting.refuse(why);
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
  return true;
}

void RedisStore::close() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    changed_.notify_all();
  }
  if (writer_.joinable()) writer_.join();
  {
    const std::lock_guard lock(mutex_);
    writer_done_ = true;
    if (read_link_.redis && awaiting_readback_.empty()) read_link_.redis->interrupt();
    changed_.notify_all();
  }
  if (reader_.joinable()) reader_.join();
  release(true);
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
  // One that was told to end, or to go elsewhere, has no trouble.
  if (closing_ || link.moved != address_version_) {
    link.redis.reset();
    return;
  }
  if (error.kind() == RedisError::Kind::broken) link.redis.reset();
  link.pause = std::clamp<std::chrono::milliseconds>(2 * link.pause, retry_first, retry_longest);
  if (link.unavailable_reason != error.what())
    logger_.error("store unavailable, publishes are refused: store=redis error=\"{}\"", error.what());
  link.unavailable_reason = error.what();
}

void RedisStore::on_recovered(Link& link) {
  const std::lock_guard lock(mutex_);
  link.pause = 0ms;
  if (!link.unavailable_reason) return;
  link.unavailable_reason.reset();
  logger_.info("store recovered, reconnected to Redis: store=redis address={}", link.redis->name());
}

// Until it is time to try again; not at one moment with all the workers that lost their Redis at one moment.
bool RedisStore::pause(Link& link) {
  std::unique_lock lock(mutex_);
  const auto pause = link.random.between(link.pause / 2, link.pause);
  changed_.wait_for(lock, pause, [&] { return closing_ || link.moved != address_version_; });
  return !closing_;
}

RedisKnownPosition RedisStore::seen() const {
  const std::lock_guard lock(mutex_);
  return {{life_, history_.last() - history_.epoch_start()}, term_};
}

// --- the answers ---

void RedisStore::refuse(std::vector<PendingAppend>& taken, Rejection why) {
  std::size_t bytes = 0;
  for (auto& waiting : taken) {
    waiting.refuse(why);
    bytes += waiting.bytes;
  }
  const std::lock_guard lock(mutex_);
  pending_bytes_.release(bytes);
}

// What has waited long enough is kept all the same: it is answered, though readers here do not have it yet.
void RedisStore::release(bool all) {
  std::vector<AwaitingReadback> ripe;
  {
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    std::erase_if(awaiting_readback_, [&](AwaitingReadback& kept) {
      const bool had = kept.last.life < notified_.life ||
                       (kept.last.life == notified_.life && kept.last.number <= notified_.number);
      if (!all && !had && now < kept.due) return false;
      ripe.push_back(std::move(kept));
      return true;
    });
  }
  std::size_t bytes = 0;
  for (auto& kept : ripe) {
    kept.done(std::move(kept.results));
    bytes += kept.bytes;
  }
  if (bytes == 0) return;
  const std::lock_guard lock(mutex_);
  pending_bytes_.release(bytes);
}

}  // namespace worker::store
