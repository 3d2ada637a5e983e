#include "store/redis/stream_entry.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "base/number.hpp"
#include "log/terms.hpp"
#include "store/redis/pack_builder.hpp"

namespace worker::store {
namespace {

bool is_text(const redisReply& reply) { return reply.type == REDIS_REPLY_STRING; }
std::string_view text_of(const redisReply& reply) { return {reply.str, reply.len}; }

// The fields of an entry: what its texts are, and the event of an entry of an earlier version.
struct Fields {
  std::string_view pack;
  PackBuilder::Event event;
  std::chrono::milliseconds at{0};
};

bool read_field(std::string_view name, std::string_view value, Fields& fields) {
  auto& event = fields.event;
  if (name == "pack") {
    fields.pack = value;
  } else if (name == "topics") {
    event.topics = value;
  } else if (name == "event") {
    event.text = value;
  } else if (name == "id") {
    event.id = value;
  } else if (name == "key") {
    event.key = value;
  } else if (name == "close") {
    event.closes = true;
  } else if (name == "private") {
    event.is_private = true;
  } else if (name == "at") {
    std::int64_t at = 0;
    if (!base::assign_number(value, at)) return false;
    fields.at = std::chrono::milliseconds(at);
  }  // a later version may add fields
  return true;
}

bool read_fields(const redisReply& reply, Fields& read) {
  if (reply.type != REDIS_REPLY_ARRAY || reply.elements != 2) return false;
  const auto& fields = *reply.element[1];
  if (fields.type != REDIS_REPLY_ARRAY || fields.elements % 2 != 0) return false;
  for (std::size_t i = 0; i < fields.elements; i += 2) {
    const auto& name = *fields.element[i];
    const auto& value = *fields.element[i + 1];
    if (!is_text(name) || !is_text(value) || !read_field(text_of(name), text_of(value), read)) return false;
  }
  return true;
}

std::optional<RedisPack> read_pack(const Fields& fields) {
  if (!fields.pack.empty()) return RedisPack::read(fields.pack);
  PackBuilder builder;
  builder.add(fields.event);
  return RedisPack::read(builder.take().text);
}

}  // namespace

bool read_redis_id(const redisReply& reply, std::uint64_t& epoch, log::Sequence& sequence) {
  if (!is_text(reply)) return false;
  const auto text = text_of(reply);
  const auto dash = text.find('-');
  return dash != std::string_view::npos && base::assign_number(text.substr(0, dash), epoch) &&
         base::assign_number(text.substr(dash + 1), sequence);
}

bool read_redis_entry(const redisReply& reply, StreamEntry& entry) {
  Fields fields;
  if (!read_fields(reply, fields) || !read_redis_id(*reply.element[0], entry.epoch, entry.last)) return false;
  auto pack = read_pack(fields);
  if (!pack || entry.last < pack->events().size()) return false;
  entry.at = fields.at;
  entry.after = entry.last - pack->events().size();
  const auto& first = pack->events().front();
  if (pack->topics_of(first).front() == log::Terms::topic)
    entry.after = std::min(entry.after, log::Terms::skipped_after(first.key).value_or(entry.after));
  entry.pack = *std::move(pack);
  return true;
}

bool is_later_entry(const redisReply& reply) {
  Fields fields;
  return read_fields(reply, fields) && RedisPack::is_later(fields.pack);
}

}  // namespace worker::store
