#include "store/redis/stream_entry.hpp"

#include <string_view>
#include <utility>

#include "base/number.hpp"
#include "sse/frame.hpp"

namespace worker::store {
namespace {

bool is_text(const redisReply& reply) { return reply.type == REDIS_REPLY_STRING; }
std::string_view text_of(const redisReply& reply) { return {reply.str, reply.len}; }

bool read_field(std::string_view name, std::string_view value, StreamEntry& read) {
  auto& parts = read.parts;
  if (name == "topics") {
    parts.topics = topics_of(value);
  } else if (name == "event") {
    parts.frame = value;
  } else if (name == "id") {
    parts.publisher_id = value;
  } else if (name == "key") {
    parts.key = value;
  } else if (name == "close") {
    parts.closes = true;
  } else if (name == "private") {
    parts.is_private = true;
  } else if (name == "at") {
    std::int64_t at = 0;
    if (!base::assign_number(value, at)) return false;
    read.at = std::chrono::milliseconds(at);
  }  // a later version may add fields
  return true;
}

}  // namespace

std::vector<std::string> topics_of(std::string_view field) {
  std::vector<std::string> topics;
  while (!field.empty()) {
    const auto line = field.substr(0, field.find('\n'));
    topics.emplace_back(line);
    field.remove_prefix(std::min(line.size() + 1, field.size()));
  }
  return topics;
}

RedisDraft redis_draft(log::Draft&& draft) {
  RedisDraft out;
  auto& [topics, event, id, key, close, is_private] = out;
  for (const auto& topic : draft.topics) {
    if (!topics.empty()) topics.push_back('\n');
    topics += topic;
  }
  id = std::exchange(draft.event.id, {});
  if (!draft.silent) {
    sse::append_event(event, draft.event);
    event.pop_back();  // the blank line follows the id
  }
  key = std::move(draft.key);
  if (draft.closes) close = "1";
  if (draft.is_private) is_private = "1";
  return out;
}

bool read_redis_id(const redisReply& reply, std::uint64_t& epoch, log::Sequence& sequence) {
  if (!is_text(reply)) return false;
  const auto text = text_of(reply);
  const auto dash = text.find('-');
  return dash != std::string_view::npos && base::assign_number(text.substr(0, dash), epoch) &&
         base::assign_number(text.substr(dash + 1), sequence);
}

bool read_redis_entry(const redisReply& reply, StreamEntry& entry) {
  if (reply.type != REDIS_REPLY_ARRAY || reply.elements != 2) return false;
  const auto& fields = *reply.element[1];
  if (!read_redis_id(*reply.element[0], entry.epoch, entry.sequence)) return false;
  if (fields.type != REDIS_REPLY_ARRAY || fields.elements % 2 != 0) return false;
  for (std::size_t i = 0; i < fields.elements; i += 2) {
    const auto& name = *fields.element[i];
    const auto& value = *fields.element[i + 1];
    if (!is_text(name) || !is_text(value) || !read_field(text_of(name), text_of(value), entry)) return false;
  }
  return !entry.parts.topics.empty();
}

log::EntryPtr make_stream_entry(StreamEntry&& read, log::Sequence sequence, const std::string& own_id,
                                base::Instant at) {
  auto& parts = read.parts;
  parts.sequence = sequence;
  parts.at = at;
  sse::append_cursor(parts.frame, parts.publisher_id.empty() ? own_id : parts.publisher_id);
  return log::Entry::make(parts);
}

}  // namespace worker::store
