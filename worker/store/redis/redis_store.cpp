#include "store/redis/redis_store.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/random.hpp"
#include "base/signals.hpp"

namespace worker::store {
namespace {

// What a round of writing costs Redis and the workers hardly depends on the number of its events. So while
// single events come in quick succession, a round begins when the events of the last one have come back:
// those that come meanwhile travel in one pack.
constexpr std::size_t round_events_min = 64;
constexpr std::chrono::milliseconds round_longest{5};

// The two links have different seeds.
base::Random jitter(const base::Clock& clock, int link) {
  return base::Random(static_cast<std::uint64_t>(clock.wall().time_since_epoch().count() + link));
}

}  // namespace

RedisStore::RedisStore(log::Log& log, const RedisSettings& redis, base::Logger& logger)
    : logger_(logger),
      stream_(redis.key_namespace),
      queue_(log),
      readback_(queue_),
      reader_(log, stream_, logger),
      writer_(log, stream_),
      read_link_(redis, logger, jitter(log.clock(), 0)),
      write_link_(redis, logger, jitter(log.clock(), 1)),
      watch_(read_link_, write_link_, logger) {
  try {
    do {
      if (!next_read_) attach();
      read_reply();
    } while (!reader_.is_restored());
  } catch (const RedisError& error) {
    on_read_failed(error);
  }
  read_thread_ = std::jthread([this](const std::stop_token& stop) { read(stop); });
  write_thread_ = std::jthread([this] { write(); });
}

RedisStore::~RedisStore() { RedisStore::close(); }

std::optional<std::string> RedisStore::unavailable_reason() const {
  auto reason = read_link_.unavailable_reason();
  return reason ? reason : write_link_.unavailable_reason();
}

void RedisStore::append(std::vector<log::Draft> drafts, Done done) {
  queue_.push(std::move(drafts), std::move(done), read_link_.healthy() && write_link_.healthy());
}

bool RedisStore::reconfigure(const StorageSettings& storage) {
  const auto current = read_link_.settings();
  if (storage.kind != StorageSettings::Kind::redis || storage.redis.key_namespace != current.key_namespace)
    return false;
  if (storage.redis == current) return true;
  logger_.info("store reconfigured: store=redis from={} to={}", text_of(current), text_of(storage.redis));
  read_link_.set(storage.redis);
  write_link_.set(storage.redis);
  read_link_.interrupt();
  queue_.wake();
  watch_.wake();
  return true;
}

void RedisStore::close() {
  watch_.close();
  read_link_.close();
  write_link_.close();
  queue_.close();
  if (write_thread_.joinable()) write_thread_.join();
  read_thread_.request_stop();
  if (readback_.empty()) read_link_.interrupt();
  if (read_thread_.joinable()) read_thread_.join();
  readback_.complete_all();
}

// --- the reading thread ---

void RedisStore::attach() {
  read_link_.connect();
  next_read_ = reader_.attach(read_link_.process_id(), read_link_.place(), read_link_.replicas());
}

void RedisStore::read_reply() {
  const auto reply = read_link_.exchange(std::move(*next_read_));
  if (!reply) return next_read_.reset();
  next_read_ = reader_.on_reply(*reply);
  if (reader_.is_attached()) read_link_.on_recovered();
  readback_.set_position(reader_.known_position().last);
  readback_.complete(std::chrono::steady_clock::now());
}

void RedisStore::on_read_failed(const RedisError& error) {
  next_read_.reset();
  read_link_.on_failed(error);
  readback_.complete_all();
}

void RedisStore::read(const std::stop_token& stop) {
  // Signals are for the loops; and a write to a closed socket must be an error here, not SIGPIPE.
  base::block_signals();
  while (!stop.stop_requested()) {
    try {
      if (!next_read_ || !read_link_.is_connected()) attach();
      read_reply();
    } catch (const RedisError& error) {
      on_read_failed(error);
      if (!read_link_.pause()) return;
    }
  }
}

// --- the writing thread ---

void RedisStore::write() {
  base::block_signals();
  // The queue returns whole appends, about as many as one group takes.
  while (auto appends = queue_.take(write_link_.retry_pause(), RedisWriter::group_events_max)) {
    if (!appends->empty()) {
      write(*appends);
    } else if (!write_link_.healthy()) {
      probe();
    }
  }
}

void RedisStore::write(std::vector<PendingAppend>& appends) {
  writer_.begin(appends);
  try {
    write_link_.drop_stale();
    send_all();
  } catch (const RedisError& error) {
    const auto why = writer_.on_error(error.kind());
    write_link_.on_failed(error);
    return queue_.refuse(appends, why);
  }
  auto [results, last] = writer_.finish();
  const auto now = std::chrono::steady_clock::now();
  const bool is_small = results.size() < round_events_min;
  readback_.add(appends, std::move(results), last, now);
  readback_.complete(now);
  if (is_small) readback_.wait(last, round_longest);
}

void RedisStore::probe() {
  writer_.begin_probe();
  try {
    send_all();
    writer_.finish();
  } catch (const RedisError& error) {
    writer_.on_error(error.kind());
    write_link_.on_failed(error);
  }
}

void RedisStore::send_all() {
  write_link_.connect();
  while (auto command = writer_.next(reader_.known_position(), write_link_.process_id())) {
    if (const auto reply = write_link_.exchange({.commands = {std::move(*command)}}))
      writer_.on_reply(*reply);
  }
  wait_for_replicas();
  write_link_.on_recovered();
}

// Redis counts the replicas that have all that this connection wrote. The events stay in the log of the
// primary even if too few have them; so the publisher learns that they may be stored.
void RedisStore::wait_for_replicas() {
  const auto replicas = write_link_.replicas();
  if (replicas == 0) return;
  const auto reply =
      write_link_.exchange({.commands = {RedisStream::wait(replicas)}, .wait = RedisStream::replica_wait});
  RedisStream::check_replicas(*reply, replicas);
}

}  // namespace worker::store
