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

RedisPlace place_of(const RedisEntry& entry) { return {entry.life, entry.number}; }

}  // namespace

void RedisStore::reader() {
  // They are for the loops; and a write to a closed socket is an error here, not the end.
  base::block_signals();
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (closing_ && written_) return;
    }
    try {
      bool joined = false;
      {
        const std::lock_guard lock(mutex_);
        joined = read_line_.redis && read_line_.moved == moved_ && !read_line_.trouble;
      }
      if (!joined) join();
      read_more();
    } catch (const RedisError& error) {
      failed(read_line_, error);
      release(true);
      if (!pause(read_line_)) return;
    }
  }
}

// At the start, after every break, and whenever the stream is not what it was. Our place holds as long as it
// is one of the same life.
void RedisStore::join() {
  auto state = hub_.open(connected(read_line_), seen());
  const auto missed = missed_between(place(), {state.last.life, state.first});
  {
    const std::lock_guard lock(mutex_);
    const bool first = log_.set_ready();
    const bool anew = state.last.life != life_;
    life_ = state.last.life;
    branch_ = state.branch;
    if (first) {
      history_.become(log::History(history_.settings(), epoch_of(life_), clock_));
      settles_at_ = clock_.now() + clock_patience;
    } else if (anew) {
      history_.restart(epoch_of(life_));
      logger_.warn("journal: Redis at {} has lost the hub's events, or some; it begins again as {}",
                   read_line_.redis->name(), epoch_of(life_));
    }
    const auto origin = history_.origin();
    if (origin + state.first > history_.last() + 1) history_.lose(origin + state.first - 1);
    remember(missed);
    told_ = {life_, history_.last() - origin};
  }
  tail_ = state.last;
  tail_at_ = state.now;
  missing_ = 0;
  log_.tell_followers();
  mended(read_line_);
  release(false);
}

void RedisStore::read_more() {
  const auto at = place();
  std::size_t bytes = 0;
  auto entries = hub_.read(connected(read_line_), at, count_, quiet, bytes);
  const auto at_that_time = clock_.now();
  const bool all = entries.size() < count_;
  if (entries.empty()) {
    caught_up_ = at_that_time;
    settle();
    look_after();
    return release(false);
  }
  if (entries.front().life != at.life) return join();
  fit_count(entries.size(), bytes);
  // Some may have been trimmed before they were read here.
  const auto missed = missed_between(at, place_of(entries.front()));
  take(std::move(entries), missed);
  // What is not read yet came after it.
  if (all) caught_up_ = at_that_time;
  settle();
}

void RedisStore::fit_count(std::size_t events, std::size_t bytes) {
  if (bytes < answer_bytes / 2 && events == count_) count_ = std::min(2 * count_, count_max);
  if (bytes > answer_bytes) count_ = std::max<std::size_t>(count_ / 2, 1);
}

// At the start, where nobody waits for the first events before the last: Redis collects the next part while
// this one is taken in.
void RedisStore::read_all_held() {
  auto& redis = connected(read_line_);
  auto asked = place();
  if (asked.number >= tail_.number) return;
  const auto ask = [&] {
    const auto until = std::min(asked.number + std::min(count_, held_count_max), tail_.number);
    hub_.ask_for(redis, asked, until);
    asked.number = until;
  };
  ask();
  std::vector<std::pair<RedisPlace, RedisPlace>> holes;
  for (bool more = true; more;) {
    more = asked.number < tail_.number;
    if (more) ask();
    std::size_t bytes = 0;
    auto entries = hub_.asked_for(redis, bytes);
    fit_count(entries.size(), bytes);
    if (!entries.empty()) holes.push_back({place(), place_of(entries.front())});
    take(std::move(entries), {});
  }
  // Trimmed since the beginning was looked for. Not asked for while other answers are to come.
  for (const auto& [last, next] : holes) {
    const auto missed = missed_between(last, next);
    const std::lock_guard lock(mutex_);
    remember(missed);
  }
}

// Nothing new comes from a stream that was deleted, either; nor from one whose end was taken out.
void RedisStore::look_after() {
  const auto last = hub_.last(connected(read_line_));
  const auto at = place();
  if (!last || last->life != at.life || last->number < at.number) return join();
  // An event that is just coming is no loss; one that has not come by the next time is.
  missing_ = last->number > at.number ? missing_ + 1 : 0;
  if (missing_ < 2) return;
  const auto missed = missed_between(at, {last->life, last->number + 1});
  {
    const std::lock_guard lock(mutex_);
    history_.lose(history_.origin() + last->number);
    remember(missed);
    told_ = *last;
  }
  log_.tell_followers();
}

void RedisStore::take(std::vector<RedisEntry> entries, const Missed& missed) {
  if (entries.empty()) return;
  RedisPlace read;
  missing_ = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto origin = history_.origin();
    remember(missed);
    for (auto& entry : entries) {
      if (entry.life != life_) break;  // the next answer begins with it
      const auto place = origin + entry.number;
      if (place <= history_.last()) continue;
      // Somebody took events out of the middle.
      if (place > history_.last() + 1) history_.lose(place - 1);
      const auto at = time_of(entry);
      if (!caught_up_) entry.parts.dated_ms = entry.at.count();
      read = {entry.life, entry.number};
      history_.add(finish(std::move(entry), place, history_.id_of(place), at));
    }
    history_.trim();
  }
  log_.tell_followers();
  {
    const std::lock_guard lock(mutex_);
    told_ = read;
  }
  release(false);
}

// Reads publishers' ids of events that were trimmed before this worker could read them, and the topics that
// such events closed. Also called at the start of an epoch.
RedisStore::Missed RedisStore::missed_between(RedisPlace last, RedisPlace next) {
  const auto after = last.life == next.life ? last.number : 0;
  if (next.number <= after + 1) return {};
  auto& redis = connected(read_line_);
  std::size_t names_max = 0;
  {
    const std::lock_guard lock(mutex_);
    names_max = history_.settings().bytes_max / log::History::emptied_share;
  }
  Missed missed{.ids = hub_.past_ids(redis, after, next.number), .closed = {}};
  std::size_t others = 0;
  missed.closed = hub_.closed_between(redis, after, next.number, names_max, others);
  if (others > 0) {
    logger_.warn(
        "journal: Redis at {} knows of more closed topics than history.bytes_max has room for: readers "
        "of the {} that were closed first do not learn that these are closed",
        redis.name(), others);
  }
  return missed;
}

// Under the lock.
void RedisStore::remember(const Missed& missed) {
  for (const auto& [id, number] : missed.ids) history_.remember(id, history_.origin() + number);
  for (const auto& [topic, number] : missed.closed) history_.close(topic, history_.origin() + number);
}

// What comes as it happens is of now. What came while nobody looked is as much older as Redis says, but it
// came after we looked last; and whoever has never looked knows nothing until the clock of Redis is settled.
base::Instant RedisStore::time_of(const RedisEntry& entry) const {
  const bool old = entry.life == tail_.life && entry.number <= tail_.number;
  if (!old || !caught_up_) return clock_.now();
  const auto away = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now() - *caught_up_);
  return clock_.now() - std::clamp(tail_at_ - entry.at, 0ms, std::max(away, 0ms));
}

void RedisStore::settle() {
  if (!settles_at_ || clock_.now() < *settles_at_ || !caught_up_) return;
  const auto now = hub_.time(connected(read_line_));
  settles_at_.reset();
  const std::lock_guard lock(mutex_);
  history_.settle(now);
  history_.trim();
}

}  // namespace worker::store
