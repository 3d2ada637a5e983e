#include "store/redis/writer.hpp"

#include <algorithm>
#include <utility>

#include "log/cursor.hpp"
#include "log/same_event.hpp"
#include "log/terms.hpp"

namespace worker::store {
namespace {

// What the draft takes in a pack at most.
std::size_t bytes_of(const log::Draft& draft, const std::string& id) {
  constexpr std::size_t around = 32;
  auto size = around + draft.event.data.size() + draft.event.type.size() + draft.key.size() + id.size();
  for (const auto& topic : draft.topics) size += topic.size() + 1;
  return size;
}

}  // namespace

void RedisWriter::reset(Step step) {
  step_ = step;
  drafts_ = {};
  ids_ = {};
  group_ = {};
  is_reply_due_ = false;
  stored_ = {};
}

void RedisWriter::begin(std::vector<PendingAppend>& appends) {
  reset(Step::append);
  for (auto& append : appends) {
    for (auto& draft : append.drafts) {
      ids_.push_back(std::exchange(draft.event.id, {}));
      drafts_.push_back(std::move(draft));
    }
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
  group_ = next_group();
  auto command = stream_.append(known, process_id, bounds(), group_, script_);
  for (auto& pack : group_) pack.text = {};
  return command;
}

void RedisWriter::on_reply(const redisReply& reply) {
  if (step_ == Step::trim) {
    RedisStream::check_trimmed(reply);
    step_ = Step::append;
    is_reply_due_ = false;
    return;
  }
  if (script_ == RedisStream::Script::name) {
    const auto name = RedisStream::read_script_name(reply);
    if (name != RedisStream::ScriptName::known) {
      script_ = RedisStream::Script::text;
      may_name_script_ = name != RedisStream::ScriptName::refused;
      is_reply_due_ = false;
      return;
    }
  }
  const auto appended = RedisStream::read_appended(reply, group_);
  is_reply_due_ = false;
  if (may_name_script_) script_ = RedisStream::Script::name;
  const auto epoch = epoch_text(appended.epoch);
  auto& [results, last] = stored_;
  // Redis may have lost its events between two groups: then only the sequences of the new epoch count.
  if (last.epoch != appended.epoch) last = {appended.epoch, 0};
  for (const auto sequence : appended.sequences) {
    if (sequence > 0) last.sequence = std::max(last.sequence, static_cast<log::Sequence>(sequence));
    results.push_back(result_of(sequence, epoch, results.size()));
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
std::vector<PackText> RedisWriter::next_group() const {
  std::vector<PackText> packs;
  PackBuilder builder;
  const auto first = stored_.results.size();
  const auto end = std::min(drafts_.size(), first + group_events_max);
  std::size_t bytes = 0;
  for (auto i = first; i < end; ++i) {
    bytes += bytes_of(drafts_[i], ids_[i]);
    if (i > first && bytes > group_bytes_max) break;
    if (builder.add(drafts_[i], ids_[i])) continue;
    packs.push_back(builder.take());
    builder.add(drafts_[i], ids_[i]);
  }
  if (!builder.empty()) packs.push_back(builder.take());
  return packs;
}

// One old event of a topic that is seldom used must not keep all later events in Redis. So Redis keeps at
// most as many events as the history's bytes would hold of the smallest ones.
RedisStream::Bounds RedisWriter::bounds() const {
  constexpr std::size_t smallest_bytes = 320;
  const std::lock_guard lock(log_.mutex());
  const auto& entries = history_.retained().entries();
  const auto epoch_start = history_.epochs().start();
  const auto last = history_.epochs().last();
  const auto count_max = history_.retention().settings().bytes_max / smallest_bytes + 1;
  const auto first = std::max(entries.empty() ? last + 1 : entries.first(),
                              log::Terms(history_).before(last, count_max) + 1);
  return {first - std::min(first, epoch_start), history_.retention().settings().past_ids_max};
}

Kept RedisWriter::result_of(std::int64_t sequence, const std::string& epoch, std::size_t draft) const {
  const auto& id = ids_[draft];
  if (sequence == RedisStream::closed) return base::failure(Rejection::closed);
  if (sequence == RedisStream::reserved) return base::failure(Rejection::reserved);
  if (sequence == RedisStream::conflict ||
      (sequence == RedisStream::evicted && !was_stored(drafts_[draft], id))) {
    return base::failure(Rejection::conflict);
  }
  return id.empty() ? log::Cursor{epoch, static_cast<log::Sequence>(sequence)}.text() : id;
}

// Redis knows only the id of the event. This worker may retain the event, or remember its fingerprint.
bool RedisWriter::was_stored(const log::Draft& draft, const std::string& id) const {
  const auto content =
      log::content_of(draft.topics, frame_of(draft), draft.key, draft.closes, draft.is_private);
  const std::lock_guard lock(log_.mutex());
  if (const auto retained = history_.find_retained(id)) return log::content_of(*retained) == content;
  const auto past = history_.publisher_ids().find_past(id);
  return past && past->fingerprint == log::fingerprint_of(content);
}

}  // namespace worker::store
