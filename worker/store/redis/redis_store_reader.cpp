// RedisStore's reader: from the stream into the history.
#include <algorithm>
#include <utility>

#include "base/signals.hpp"
#include "store/redis/redis_store.hpp"
#include "store/settings.hpp"

namespace worker::store {
namespace {

using namespace std::chrono_literals;

// A stream that is silent this long is looked after.
constexpr auto quiet = 500ms;
// What one answer should hold, roughly.
constexpr std::size_t answer_bytes = 2'097'152;
constexpr std::size_t count_max = 4'096;
// While Redis works on the next one meanwhile: more are no faster, and less is waited for.
constexpr std::size_t held_count_max = 256;

RedisPosition position_of(const StreamEntry& entry) { return {entry.epoch, entry.sequence}; }

}  // namespace

void RedisStore::reader() {
  // They are for the loops; and a write to a closed socket is an error here, not the end.
  base::block_signals();
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (closing_ && writer_done_) return;
    }
    try {
      bool attached = false;
      {
        const std::lock_guard lock(mutex_);
        attached = read_link_.redis && read_link_.moved == address_version_ && read_link_.health.healthy();
      }
      if (!attached) attach();
      read_next();
    } catch (const RedisError& error) {
      on_failed(read_link_, error);
      readback_.complete_all();
      if (!pause(read_link_)) return;
    }
  }
}

// At the start, after every lost connection, and when the stream turns out to be another. The position of
// this worker stays valid while the epoch stays the same.
void RedisStore::attach() {
  auto state = stream_.open(connected(read_link_), known_position());
  const auto missed = trimmed_between(known_position().last, {state.last.epoch, state.first});
  {
    const std::lock_guard lock(mutex_);
    const bool first = log_.set_ready();
    const bool anew = state.last.epoch != epoch_;
    epoch_ = state.last.epoch;
    term_ = state.term;
    if (first) {
      history_.become(log::History(history_.retention().settings(), epoch_text(epoch_), clock_));
      trust_clock_at_ = clock_.now() + clock_distrust;
    } else if (anew) {
      history_.restart(epoch_text(epoch_));
      logger_.warn("Redis lost events; starting a new epoch: store=redis address={} epoch={}",
                   read_link_.redis->name(), epoch_text(epoch_));
    }
    const auto epoch_start = history_.epochs().start();
    if (epoch_start + state.first > history_.epochs().last() + 1)
      history_.lose(epoch_start + state.first - 1);
    remember(missed);
    readback_.set_position({epoch_, history_.epochs().last() - epoch_start});
  }
  backlog_end_ = state.last;
  tail_at_ = state.now;
  missing_ = 0;
  log_.notify_followers();
  on_recovered(read_link_);
  readback_.complete(std::chrono::steady_clock::now());
}

void RedisStore::read_next() {
  const auto at = known_position().last;
  std::size_t bytes = 0;
  auto entries = stream_.read(connected(read_link_), at, count_, quiet, bytes);
  const auto at_that_time = clock_.now();
  const bool all = entries.size() < count_;
  if (entries.empty()) {
    last_caught_up_ = at_that_time;
    trust_clock();
    check_stream();
    return readback_.complete(std::chrono::steady_clock::now());
  }
  if (entries.front().epoch != at.epoch) return attach();
  adjust_read_count(entries.size(), bytes);
  // Some may have been trimmed before they were read here.
  const auto missed = trimmed_between(at, position_of(entries.front()));
  take(std::move(entries), missed);
  // What is not read yet came after it.
  if (all) last_caught_up_ = at_that_time;
  trust_clock();
}

void RedisStore::adjust_read_count(std::size_t events, std::size_t bytes) {
  if (bytes < answer_bytes / 2 && events == count_) count_ = std::min(2 * count_, count_max);
  if (bytes > answer_bytes) count_ = std::max<std::size_t>(count_ / 2, 1);
}

// At the start, where nobody waits for the first events before the last: Redis collects the next part while
// this one is taken in.
void RedisStore::read_retained() {
  auto& redis = connected(read_link_);
  auto asked = known_position().last;
  if (asked.sequence >= backlog_end_.sequence) return;
  const auto ask = [&] {
    const auto until = std::min(asked.sequence + std::min(count_, held_count_max), backlog_end_.sequence);
    stream_.ask_for(redis, asked, until);
    asked.sequence = until;
  };
  ask();
  std::vector<std::pair<RedisPosition, RedisPosition>> holes;
  for (bool more = true; more;) {
    more = asked.sequence < backlog_end_.sequence;
    if (more) ask();
    std::size_t bytes = 0;
    auto entries = stream_.asked_for(redis, bytes);
    adjust_read_count(entries.size(), bytes);
    if (!entries.empty()) holes.push_back({known_position().last, position_of(entries.front())});
    take(std::move(entries), {});
  }
  // Trimmed since the beginning was looked for. Not asked for while other answers are to come.
  for (const auto& [last, next] : holes) {
    const auto missed = trimmed_between(last, next);
    const std::lock_guard lock(mutex_);
    remember(missed);
  }
}

// Nothing new comes from a stream that was deleted, either; nor from one whose end was taken out.
void RedisStore::check_stream() {
  const auto last = stream_.last(connected(read_link_));
  const auto at = known_position().last;
  if (!last || last->epoch != at.epoch || last->sequence < at.sequence) return attach();
  // An event that is just coming is no loss; one that has not come by the next time is.
  missing_ = last->sequence > at.sequence ? missing_ + 1 : 0;
  if (missing_ < 2) return;
  const auto missed = trimmed_between(at, {last->epoch, last->sequence + 1});
  {
    const std::lock_guard lock(mutex_);
    history_.lose(history_.epochs().start() + last->sequence);
    remember(missed);
    readback_.set_position(*last);
  }
  log_.notify_followers();
}

void RedisStore::take(std::vector<StreamEntry> entries, const Trimmed& missed) {
  if (entries.empty()) return;
  RedisPosition read;
  missing_ = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto epoch_start = history_.epochs().start();
    remember(missed);
    for (auto& entry : entries) {
      if (entry.epoch != epoch_) break;  // the next answer begins with it
      const auto sequence = epoch_start + entry.sequence;
      if (sequence <= history_.epochs().last()) continue;
      // Somebody took events out of the middle.
      if (sequence > history_.epochs().last() + 1) history_.lose(sequence - 1);
      const auto at = time_of(entry);
      if (!last_caught_up_) entry.parts.dated_ms = entry.at.count();
      read = {entry.epoch, entry.sequence};
      history_.add(make_stream_entry(std::move(entry), sequence, history_.epochs().id_of(sequence), at));
    }
    history_.trim();
  }
  log_.notify_followers();
  readback_.set_position(read);
  readback_.complete(std::chrono::steady_clock::now());
}

// Reads publishers' ids of events that were trimmed before this worker could read them, and the topics that
// such events closed. Also called at the start of an epoch.
RedisStore::Trimmed RedisStore::trimmed_between(RedisPosition last, RedisPosition next) {
  const auto after = last.epoch == next.epoch ? last.sequence : 0;
  if (next.sequence <= after + 1) return {};
  auto& redis = connected(read_link_);
  std::size_t names_max = 0;
  {
    const std::lock_guard lock(mutex_);
    names_max = history_.retention().settings().bytes_max / log::History::emptied_share;
  }
  Trimmed missed{.ids = stream_.past_ids(redis, after, next.sequence), .closed = {}};
  std::size_t others = 0;
  missed.closed = stream_.closed_between(redis, after, next.sequence, names_max, others);
  if (others > 0) {
    logger_.warn(
        "too many closed topics for history.bytes_max; subscribers of the oldest do not get `close`: "
        "store=redis address={} topics={}",
        redis.name(), others);
  }
  return missed;
}

// Under the lock.
void RedisStore::remember(const Trimmed& missed) {
  for (const auto& [id, sequence] : missed.ids) history_.remember(id, history_.epochs().start() + sequence);
  for (const auto& [topic, sequence] : missed.closed)
    history_.close(topic, history_.epochs().start() + sequence);
}

// What comes as it happens is of now. What came while nobody looked is as much older as Redis says, but it
// came after we looked last; and whoever has never looked knows nothing until the clock of Redis is settled.
base::Instant RedisStore::time_of(const StreamEntry& entry) const {
  const bool old = entry.epoch == backlog_end_.epoch && entry.sequence <= backlog_end_.sequence;
  if (!old || !last_caught_up_) return clock_.now();
  const auto away = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now() - *last_caught_up_);
  return clock_.now() - std::clamp(tail_at_ - entry.at, 0ms, std::max(away, 0ms));
}

void RedisStore::trust_clock() {
  if (!trust_clock_at_ || clock_.now() < *trust_clock_at_ || !last_caught_up_) return;
  const auto now = stream_.time(connected(read_link_));
  trust_clock_at_.reset();
  const std::lock_guard lock(mutex_);
  history_.retention().trust_clock(now);
  history_.trim();
}

}  // namespace worker::store
