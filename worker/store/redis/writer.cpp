#include "store/redis/writer.hpp"

#include <algorithm>
#include <utility>

#include "log/cursor.hpp"
#include "log/same_event.hpp"

namespace worker::store {
namespace {

std::size_t bytes_of(const RedisDraft& draft) {
  std::size_t size = 0;
  for (const auto& part : draft) size += part.size();
  return size;
}

}  // namespace

void RedisWriter::reset(Step step) {
  step_ = step;
  drafts_ = {};
  is_reply_due_ = false;
  stored_ = {};
}

void RedisWriter::begin(std::vector<PendingAppend>& appends) {
  reset(Step::append);
  for (auto& append : appends) {
    for (auto& draft : append.drafts) drafts_.push_back(redis_draft(std::move(draft)));
  }
  stored_.results.reserve(drafts_.size());
  if (drafts_.empty()) step_ = Step::done;
}

void RedisWriter::begin_probe() { reset(Step::trim); }

std::optional<RedisCommand> RedisWriter::next(const RedisKnownPosition& known, std::string_view process_id) {
  if (step_ == Step::done) return std::nullopt;
  // Without an epoch there is nothing to trim.
  if (step_ == Step::trim && known.last.epoch == 0) step_ = Step::append;
  is_reply_due_ = true;
  if (step_ == Step::trim) return stream_.trim(known.last.epoch, bounds().retained_from);
  const auto group = next_group();
  group_ = group.size();
  return stream_.append(known, process_id, bounds(), group);
}

void RedisWriter::on_reply(const redisReply& reply) {
  if (step_ == Step::trim) {
    RedisStream::check_trimmed(reply);
    step_ = Step::append;
    is_reply_due_ = false;
    return;
  }
  const auto appended = RedisStream::read_appended(reply, group_);
  is_reply_due_ = false;
  const auto epoch = epoch_text(appended.epoch);
  auto& [results, last] = stored_;
  // Redis may have lost its events between two groups: then only the sequences of the new epoch count.
  if (last.epoch != appended.epoch) last = {appended.epoch, 0};
  for (const auto sequence : appended.sequences) {
    if (sequence > 0) last.sequence = std::max(last.sequence, static_cast<log::Sequence>(sequence));
    results.push_back(result_of(sequence, epoch, drafts_[results.size()]));
  }
  if (results.size() == drafts_.size()) step_ = Step::done;
}

RedisWriter::Stored RedisWriter::finish() {
  auto stored = std::move(stored_);
  reset(Step::done);
  return stored;
}

Rejection RedisWriter::on_error(RedisError::Kind kind) {
  const bool in_doubt = !stored_.results.empty() || (is_reply_due_ && kind == RedisError::Kind::broken);
  reset(Step::done);
  return in_doubt ? Rejection::outcome_unknown : Rejection::unavailable;
}

// As many drafts as one script takes, at least one.
std::span<const RedisDraft> RedisWriter::next_group() const {
  const auto rest = std::span(drafts_).subspan(stored_.results.size());
  std::size_t count = 0;
  std::size_t bytes = 0;
  while (count < std::min(rest.size(), group_events_max)) {
    bytes += bytes_of(rest[count]);
    if (count > 0 && bytes > group_bytes_max) break;
    ++count;
  }
  return rest.first(count);
}

// One old event of a topic that is seldom used must not keep all later events in Redis. So Redis keeps at
// most as many events as the history's bytes would hold of the smallest ones.
RedisStream::Bounds RedisWriter::bounds() const {
  constexpr std::size_t smallest_bytes = 320;
  const std::lock_guard lock(log_.mutex());
  const auto& entries = history_.retained().entries();
  const auto epoch_start = history_.epochs().start();
  const auto last = history_.epochs().last() - epoch_start;
  const auto first = entries.empty() ? last + 1 : entries.first() - std::min(entries.first(), epoch_start);
  const auto count_max = history_.retention().settings().bytes_max / smallest_bytes + 1;
  return {std::max(first, last + 1 - std::min(last, count_max)),
          history_.retention().settings().past_ids_max};
}

Kept RedisWriter::result_of(std::int64_t sequence, const std::string& epoch, const RedisDraft& draft) const {
  const auto& id = draft[2];
  if (sequence == RedisStream::closed) return base::failure(Rejection::closed);
  if (sequence == RedisStream::reserved) return base::failure(Rejection::reserved);
  if (sequence == RedisStream::conflict || (sequence == RedisStream::evicted && !was_stored(draft)))
    return base::failure(Rejection::conflict);
  return id.empty() ? log::Cursor{epoch, static_cast<log::Sequence>(sequence)}.text() : id;
}

// Redis knows only the id of the event. This worker may retain the event, or remember its fingerprint.
bool RedisWriter::was_stored(const RedisDraft& draft) const {
  const auto& [topics, event, id, key, close, is_private] = draft;
  const auto content = log::content_of(topics_of(topics), event, key, !close.empty(), !is_private.empty());
  const std::lock_guard lock(log_.mutex());
  if (const auto retained = history_.find_retained(id)) return log::content_of(*retained) == content;
  const auto past = history_.publisher_ids().find_past(id);
  return past && past->fingerprint == log::fingerprint_of(content);
}

}  // namespace worker::store
