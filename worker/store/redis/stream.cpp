#include "store/redis/stream.hpp"

#include <fmt/format.h>


#include "base/number.hpp"
#include "store/redis/scripts.hpp"

namespace worker::store {
namespace {

template <class Number>
bool read_number(const redisReply& reply, Number& number) {
  if (reply.type == REDIS_REPLY_INTEGER) {
    number = static_cast<Number>(reply.integer);
    return true;
  }
  if (reply.type != REDIS_REPLY_STRING) return false;
  return base::assign_number(std::string_view(reply.str, reply.len), number);
}

std::span<redisReply* const> elements(const redisReply& reply) {
  if (reply.type != REDIS_REPLY_ARRAY) return {};
  return {reply.element, reply.elements};
}

// For a message, of an entry that may be anything.
std::string_view id_in(const redisReply& entry) {
  const auto parts = elements(entry);
  if (parts.empty() || parts[0]->type != REDIS_REPLY_STRING) return "?";
  return {parts[0]->str, parts[0]->len};
}

std::string key(const std::string& hub, std::string_view name) { return fmt::format("{{{}}}:{}", hub, name); }

}  // namespace

std::string epoch_text(std::uint64_t epoch) { return fmt::format("{:x}", epoch); }

RedisStream::RedisStream(const std::string& name)
    : state_(key(name, "state")),
      events_(key(name, "events")),
      ids_(key(name, "ids")),
      closed_(key(name, "closed")) {}

RedisStream::State RedisStream::open(RedisConnection& redis, const RedisKnownPosition& seen) const {
  const auto reply =
      redis.ask({"EVAL", scripts::open, "4", state_, events_, ids_, closed_, std::to_string(seen.last.epoch),
                 std::to_string(seen.last.sequence), std::to_string(seen.term), redis.run()});
  const auto parts = elements(*reply);
  State state;
  std::int64_t now = 0;
  if (parts.size() != 5 || !read_number(*parts[0], state.last.epoch) ||
      !read_number(*parts[1], state.last.sequence) || !read_number(*parts[2], state.term) ||
      !read_number(*parts[4], now)) {
    redis.bad_answer("its opening");
  }
  std::uint64_t epoch = 0;
  state.now = std::chrono::milliseconds(now);
  if (!read_redis_id(*parts[3], epoch, state.first)) state.first = state.last.sequence + 1;
  return state;
}

RedisStream::Appended RedisStream::append(RedisConnection& redis, const RedisKnownPosition& seen,
                                          const Bounds& bounds, std::span<const RedisDraft> drafts) const {
  const auto epoch = std::to_string(seen.last.epoch);
  const auto sequence = std::to_string(seen.last.sequence);
  const auto term = std::to_string(seen.term);
  const auto from = std::to_string(bounds.retained_from);
  const auto past_ids_max = std::to_string(bounds.past_ids_max);
  std::vector<std::string_view> words{"EVAL",      scripts::append, "4",      state_, events_,     ids_,
                                      closed_,     epoch,           sequence, term,   redis.run(), from,
                                      past_ids_max};
  words.reserve(words.size() + drafts.size() * std::tuple_size_v<RedisDraft>);
  for (const auto& draft : drafts) words.insert(words.end(), draft.begin(), draft.end());
  const auto reply = redis.ask(words);
  const auto parts = elements(*reply);
  Appended appended;
  if (parts.size() != drafts.size() + 1 || !read_number(*parts[0], appended.epoch))
    redis.bad_answer("a publish");
  appended.sequences.resize(drafts.size());
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    if (!read_number(*parts[i + 1], appended.sequences[i])) redis.bad_answer("a publish");
  }
  return appended;
}

std::optional<RedisPosition> RedisStream::last(RedisConnection& redis) const {
  const auto reply = redis.ask({"HMGET", state_, "epoch", "last"});
  const auto parts = elements(*reply);
  RedisPosition last;
  if (parts.size() != 2 || !read_number(*parts[0], last.epoch) || !read_number(*parts[1], last.sequence))
    return std::nullopt;
  return last;
}

std::vector<StreamEntry> RedisStream::read(RedisConnection& redis, RedisPosition after, std::size_t count,
                                           std::chrono::milliseconds wait, std::size_t& bytes) const {
  const auto count_text = std::to_string(count);
  const auto pause = std::to_string(wait.count());
  const auto from = fmt::format("{}-{}", after.epoch, after.sequence);
  const std::initializer_list<std::string_view> words{"XREAD", "COUNT",   count_text, "BLOCK",
                                                      pause,   "STREAMS", events_,    from};
  const auto reply = redis.ask(std::span(words), wait);
  bytes = 0;
  if (reply->type == REDIS_REPLY_NIL) return {};
  const auto streams = elements(*reply);
  if (streams.size() != 1 || elements(*streams[0]).size() != 2) redis.bad_answer("XREAD");
  return entries_of(*elements(*streams[0])[1], redis, bytes);
}

void RedisStream::ask_for(RedisConnection& redis, RedisPosition after, log::Sequence until) const {
  redis.send({"XRANGE", events_, fmt::format("({}-{}", after.epoch, after.sequence),
              fmt::format("{}-{}", after.epoch, until)});
}

std::vector<StreamEntry> RedisStream::asked_for(RedisConnection& redis, std::size_t& bytes) const {
  const auto reply = redis.answer();
  if (reply->type != REDIS_REPLY_ARRAY) redis.bad_answer("XRANGE");
  return entries_of(*reply, redis, bytes);
}

std::vector<StreamEntry> RedisStream::entries_of(const redisReply& reply, RedisConnection& redis,
                                                 std::size_t& bytes) const {
  std::vector<StreamEntry> entries;
  entries.reserve(elements(reply).size());
  bytes = 0;
  for (const auto* each : elements(reply)) {
    if (!read_redis_entry(*each, entries.emplace_back())) {
      throw RedisError(RedisError::Kind::broken,
                       fmt::format("Redis at {}: {} contains an entry that is not an event of sse-worker: {}",
                                   redis.name(), events_, id_in(*each)));
    }
    bytes += entries.back().parts.size_bytes();
  }
  return entries;
}

std::vector<RedisPastId> RedisStream::past_ids(RedisConnection& redis, log::Sequence after,
                                               log::Sequence before) const {
  constexpr std::string_view at_once = "1000";
  std::vector<RedisPastId> ids;
  for (bool more = true; more;) {
    const auto reply = redis.ask({"ZRANGEBYSCORE", ids_, fmt::format("({}", after),
                                  fmt::format("({}", before), "WITHSCORES", "LIMIT", "0", at_once});
    const auto parts = elements(*reply);
    more = !parts.empty();
    for (std::size_t i = 0; i + 1 < parts.size(); i += 2) {
      if (parts[i]->type != REDIS_REPLY_STRING || !read_number(*parts[i + 1], after))
        redis.bad_answer("ZRANGEBYSCORE");
      const std::string_view id(parts[i]->str, parts[i]->len);
      // The set has only the hash of a long id, which only the script can compare.
      if (!id.starts_with('\0')) ids.push_back({std::string(id), after});
    }
  }
  return ids;
}

// Reads by place, not by rank: Redis may forget the first ones meanwhile, and ranks would shift. Topics that
// one event closed share a sequence; where a part ends among them, the next part skips those that were read.
std::deque<RedisClosed> RedisStream::closed_between(RedisConnection& redis, log::Sequence after,
                                                    log::Sequence before, std::size_t bytes_max,
                                                    std::size_t& others) const {
  constexpr std::size_t at_once = 1'000;
  std::deque<RedisClosed> topics;
  std::size_t bytes = 0;
  std::size_t of_last = 0;  // topics read whose number is `from`
  others = 0;
  const auto until = fmt::format("({}", before);
  auto from = after + 1;
  for (bool more = true; more;) {
    const auto reply = redis.ask({"ZRANGEBYSCORE", closed_, std::to_string(from), until, "WITHSCORES",
                                  "LIMIT", std::to_string(of_last), std::to_string(at_once)});
    const auto parts = elements(*reply);
    more = parts.size() == 2 * at_once;
    for (std::size_t i = 0; i + 1 < parts.size(); i += 2) {
      log::Sequence sequence = 0;
      if (parts[i]->type != REDIS_REPLY_STRING || !read_number(*parts[i + 1], sequence))
        redis.bad_answer("ZRANGEBYSCORE");
      of_last = sequence == from ? of_last + 1 : 1;
      from = sequence;
      bytes += parts[i]->len;
      topics.push_back({std::string(parts[i]->str, parts[i]->len), sequence});
    }
    for (; bytes > bytes_max; ++others) {
      bytes -= topics.front().topic.size();
      topics.pop_front();
    }
  }
  return topics;
}

std::chrono::milliseconds RedisStream::time(RedisConnection& redis) const {
  const auto reply = redis.ask({"TIME"});
  const auto parts = elements(*reply);
  std::int64_t seconds = 0;
  std::int64_t microseconds = 0;
  if (parts.size() != 2 || !read_number(*parts[0], seconds) || !read_number(*parts[1], microseconds))
    redis.bad_answer("TIME");
  return std::chrono::milliseconds(seconds * 1'000 + microseconds / 1'000);
}

void RedisStream::trim(RedisConnection& redis, std::uint64_t epoch, log::Sequence retained_from) const {
  redis.ask({"XTRIM", events_, "MINID", "~", fmt::format("{}-{}", epoch, retained_from)});
}

}  // namespace worker::store
