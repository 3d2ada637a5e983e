// RedisStore's writer: from publishers into the stream.
#include <algorithm>
#include <iterator>
#include <utility>

#include "base/signals.hpp"
#include "log/cursor.hpp"
#include "log/same_event.hpp"
#include "store/redis/redis_store.hpp"

namespace worker::store {
namespace {

// What one script appends: Redis does nothing else meanwhile.
constexpr std::size_t group_events_max = 2'048;
constexpr std::size_t group_bytes_max = 4'194'304;

std::size_t bytes_of(const RedisDraft& draft) {
  std::size_t size = 0;
  for (const auto& part : draft) size += part.size();
  return size;
}

// As many as one script takes, at least one.
std::size_t group_of(std::span<const RedisDraft> drafts) {
  std::size_t count = 0;
  std::size_t bytes = 0;
  while (count < std::min(drafts.size(), group_events_max)) {
    bytes += bytes_of(drafts[count]);
    if (count > 0 && bytes > group_bytes_max) break;
    ++count;
  }
  return count;
}

}  // namespace

void RedisStore::writer() {
  base::block_signals();
  const auto timeout = [&]() -> std::optional<std::chrono::milliseconds> {
    if (write_link_.health.healthy()) return std::nullopt;
    return write_link_.health.retry_pause();
  };
  // An append is not split: the queue gives whole appends that make about one group.
  while (auto appends = queue_.take(timeout(), group_events_max)) {
    if (!appends->empty()) {
      write(*appends);
    } else if (!write_link_.health.healthy()) {
      probe();
    }
  }
}

void RedisStore::write(std::vector<PendingAppend>& taken) {
  std::vector<RedisDraft> drafts;
  for (auto& [each, done, bytes] : taken) {
    for (auto& draft : each) drafts.push_back(redis_draft(std::move(draft)));
  }
  std::vector<Kept> results;
  RedisPosition last;
  bool sent = false;  // something may be kept already
  try {
    {
      // Closed while nothing was asked: what is sent now would be lost, or not, and nobody could tell.
      const std::lock_guard lock(mutex_);
      if (write_link_.redis && write_link_.redis->is_stale()) write_link_.redis.reset();
    }
    auto& redis = connected(write_link_);
    for (std::span<const RedisDraft> rest(drafts); !rest.empty();) {
      const auto group = rest.first(group_of(rest));
      const auto appended = append_group(redis, group);
      sent = true;
      if (last.epoch != appended.epoch) last = {appended.epoch, 0};
      const auto further = std::ranges::max(appended.sequences);
      last.sequence = std::max(last.sequence, static_cast<log::Sequence>(std::max<std::int64_t>(further, 0)));
      std::ranges::move(results_of(appended, group), std::back_inserter(results));
      rest = rest.subspan(group.size());
    }
    on_recovered(write_link_);
  } catch (const RedisError& error) {
    const bool asked = write_link_.redis != nullptr;  // else it was the connection that could not be made
    const bool in_doubt = sent || (asked && error.kind() == RedisError::Kind::broken);
    on_failed(write_link_, error);
    return queue_.refuse(taken, in_doubt ? Rejection::outcome_unknown : Rejection::unavailable);
  }
  const auto now = std::chrono::steady_clock::now();
  readback_.add(taken, std::move(results), last, now);
  readback_.complete(now);
}

RedisStream::Appended RedisStore::append_group(RedisConnection& redis, std::span<const RedisDraft> drafts) {
  return stream_.append(redis, known_position(), bounds(), drafts);
}

// One event of a quiet topic, held for its hour, must not keep all that comes after it in Redis: there are
// never more than the smallest events that the history's bytes would hold.
log::Sequence RedisStore::retained_from() const {
  constexpr std::size_t smallest_bytes = 320;
  const std::lock_guard lock(mutex_);
  const auto last = history_.last() - history_.epoch_start();
  const auto first = history_.first() - std::min(history_.first(), history_.epoch_start());
  const auto most = history_.settings().bytes_max / smallest_bytes + 1;
  return std::max(first, last + 1 - std::min(last, most));
}

RedisStream::Bounds RedisStore::bounds() const {
  const auto from = retained_from();
  const std::lock_guard lock(mutex_);
  return {from, history_.settings().past_ids_max};
}

std::vector<Kept> RedisStore::results_of(const RedisStream::Appended& appended,
                                         std::span<const RedisDraft> drafts) const {
  std::vector<Kept> results;
  results.reserve(drafts.size());
  const auto epoch = epoch_text(appended.epoch);
  for (std::size_t i = 0; i < drafts.size(); ++i)
    results.push_back(result_of(appended.sequences[i], epoch, drafts[i]));
  return results;
}

Kept RedisStore::result_of(std::int64_t sequence, const std::string& epoch, const RedisDraft& draft) const {
  const auto& id = draft[2];
  if (sequence == RedisStream::closed) return base::failure(Rejection::closed);
  if (sequence == RedisStream::reserved) return base::failure(Rejection::reserved);
  if (sequence == RedisStream::conflict || (sequence == RedisStream::evicted && !was_stored(draft)))
    return base::failure(Rejection::conflict);
  return id.empty() ? log::Cursor{epoch, static_cast<log::Sequence>(sequence)}.text() : id;
}

// Redis knows no more of the event than its id. This worker may hold it, or have held it.
bool RedisStore::was_stored(const RedisDraft& draft) const {
  const auto& [topics, event, id, key, close, is_private] = draft;
  const auto content = log::content_of(topics_of(topics), event, key, !close.empty(), !is_private.empty());
  const std::lock_guard lock(mutex_);
  if (const auto held = history_.find_retained(id)) return log::content_of(*held) == content;
  const auto past = history_.publisher_ids().find_past(id);
  return past && past->fingerprint == log::fingerprint_of(content);
}

// An append of nothing writes all the same. Where Redis has no room for it, giving up what is not held any
// more may make some.
void RedisStore::probe() {
  try {
    auto& redis = connected(write_link_);
    const auto at = known_position().last;
    if (at.epoch != 0) stream_.trim(redis, at.epoch, retained_from());
    append_group(redis, {});
    on_recovered(write_link_);
  } catch (const RedisError& error) {
    on_failed(write_link_, error);
  }
}

}  // namespace worker::store
