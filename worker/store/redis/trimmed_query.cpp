#include "store/redis/trimmed_query.hpp"

#include <utility>

namespace worker::store {

std::optional<RedisCommand> TrimmedQuery::next() const {
  if (step_ == Step::ids) return stream_.past_ids(ids_after_, before_);
  if (step_ == Step::closed) return stream_.closed_topics(closed_from_, closed_skip_, before_);
  return std::nullopt;
}

void TrimmedQuery::on_reply(const redisReply& reply) {
  if (step_ == Step::ids) return add_ids(RedisStream::read_members(reply, ids_after_ + 1, before_));
  add_closed(RedisStream::read_members(reply, closed_from_, before_));
}

void TrimmedQuery::add_ids(std::vector<RedisStream::Member> ids) {
  if (ids.empty()) {
    step_ = Step::closed;
    return;
  }
  ids_after_ = ids.back().sequence;
  for (auto& id : ids) {
    // Of a long id the set has only the hash, which only the script can compare.
    if (!id.name.starts_with('\0')) trimmed_.ids.push_back(std::move(id));
  }
}

// Reads by sequence, not by rank: Redis may delete the first ones meanwhile, and ranks would shift. Topics
// that one event closed share a sequence. If a part ends among them, the next part skips those that were
// read.
void TrimmedQuery::add_closed(std::vector<RedisStream::Member> topics) {
  if (topics.size() < RedisStream::members_max) step_ = Step::done;
  auto& closed = trimmed_.closed;
  for (auto& topic : topics) {
    closed_skip_ = topic.sequence == closed_from_ ? closed_skip_ + 1 : 1;
    closed_from_ = topic.sequence;
    names_bytes_ += topic.name.size();
    closed.push_back(std::move(topic));
  }
  for (; names_bytes_ > names_bytes_max_; ++trimmed_.closed_dropped) {
    names_bytes_ -= closed.front().name.size();
    closed.pop_front();
  }
}

}  // namespace worker::store
