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
      hub_(redis.hub),
      logger_(logger),
      redis_(redis),
      read_line_{.random =
                     base::Random(static_cast<std::uint64_t>(clock_.wall().time_since_epoch().count()))},
      write_line_{
          .random = base::Random(static_cast<std::uint64_t>(clock_.wall().time_since_epoch().count() + 1))} {
  try {
    join();
    read_all_held();
  } catch (const RedisError& error) {
    failed(read_line_, error);
  }
  reader_ = std::jthread([this] { reader(); });
  writer_ = std::jthread([this] { writer(); });
}

RedisStore::~RedisStore() { RedisStore::close(); }

std::optional<std::string> RedisStore::trouble() const {
  const std::lock_guard lock(mutex_);
  return read_line_.trouble ? read_line_.trouble : write_line_.trouble;
}

Backlog RedisStore::backlog() const {
  const std::lock_guard lock(mutex_);
  return {pending_bytes_.size(), pending_bytes_.refused()};
}

void RedisStore::append(std::vector<log::Draft> drafts, Done done) {
  const auto bytes = waiting_bytes(drafts);
  PendingAppend waiting{std::move(drafts), std::move(done), bytes};
  auto why = Rejection::unavailable;
  {
    const std::lock_guard lock(mutex_);
    const bool well = !read_line_.trouble && !write_line_.trouble && !closing_;
    if (well && pending_bytes_.take(bytes, history_.settings().waiting_bytes_max)) {
      waiting_.push_back(std::move(waiting));
      changed_.notify_all();
      return;
    }
    if (well) why = Rejection::full;
  }
  waiting.refuse(why);
}

bool RedisStore::move_to(const StorageSettings& storage) {
  const std::lock_guard lock(mutex_);
  if (storage.kind != StorageSettings::Kind::redis || storage.redis.hub != redis_.hub) return false;
  if (storage.redis == redis_) return true;
  logger_.info("journal: moves from Redis at {} to {}", text_of(redis_.address),
               text_of(storage.redis.address));
  redis_ = storage.redis;
  ++moved_;
  if (read_line_.redis) read_line_.redis->interrupt();
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
    written_ = true;
    if (read_line_.redis && settled_.empty()) read_line_.redis->interrupt();
    changed_.notify_all();
  }
  if (reader_.joinable()) reader_.join();
  release(true);
}

// --- the two lines ---

RedisConnection& RedisStore::connected(Line& line) {
  RedisSettings redis;
  {
    const std::lock_guard lock(mutex_);
    if (line.redis && line.moved == moved_) return *line.redis;
    line.redis.reset();
    line.moved = moved_;
    redis = redis_;
  }
  auto made = std::make_unique<RedisConnection>(redis.address, redis.password);
  const std::lock_guard lock(mutex_);
  line.redis = std::move(made);
  return *line.redis;
}

void RedisStore::failed(Line& line, const RedisError& error) {
  const std::lock_guard lock(mutex_);
  // One that was told to end, or to go elsewhere, has no trouble.
  if (closing_ || line.moved != moved_) {
    line.redis.reset();
    return;
  }
  if (error.kind() == RedisError::Kind::broken) line.redis.reset();
  line.pause = std::clamp<std::chrono::milliseconds>(2 * line.pause, retry_first, retry_longest);
  if (line.trouble != error.what()) logger_.error("journal: nothing can be kept: {}", error.what());
  line.trouble = error.what();
}

void RedisStore::mended(Line& line) {
  const std::lock_guard lock(mutex_);
  line.pause = 0ms;
  if (!line.trouble) return;
  line.trouble.reset();
  logger_.info("journal: reconnected to Redis at {}", line.redis->name());
}

// Until it is time to try again; not at one moment with all the workers that lost their Redis at one moment.
bool RedisStore::pause(Line& line) {
  std::unique_lock lock(mutex_);
  const auto pause = line.random.between(line.pause / 2, line.pause);
  changed_.wait_for(lock, pause, [&] { return closing_ || line.moved != moved_; });
  return !closing_;
}

RedisSeen RedisStore::seen() const {
  const std::lock_guard lock(mutex_);
  return {{life_, history_.last() - history_.origin()}, branch_};
}

// --- the answers ---

void RedisStore::refuse(std::vector<PendingAppend>& taken, Rejection why) {
  std::size_t bytes = 0;
  for (auto& waiting : taken) {
    waiting.refuse(why);
    bytes += waiting.bytes;
  }
  const std::lock_guard lock(mutex_);
  pending_bytes_.give_back(bytes);
}

// What has waited long enough is kept all the same: it is answered, though readers here do not have it yet.
void RedisStore::release(bool all) {
  std::vector<Settled> ripe;
  {
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    std::erase_if(settled_, [&](Settled& kept) {
      const bool had =
          kept.last.life < told_.life || (kept.last.life == told_.life && kept.last.number <= told_.number);
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
  pending_bytes_.give_back(bytes);
}

}  // namespace worker::store
