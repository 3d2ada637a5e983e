#include "store/redis/stream.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/number.hpp"
#include "base/printable.hpp"
#include "store/redis/scripts.hpp"

namespace worker::store {
namespace {

template <class Number>
bool read_number(const redisReply& reply, Number& number) {
  if (reply.type == REDIS_REPLY_INTEGER && std::in_range<Number>(reply.integer)) {
    number = static_cast<Number>(reply.integer);
    return true;
  }
  return reply.type == REDIS_REPLY_STRING &&
         base::assign_number(std::string_view(reply.str, reply.len), number);
}

bool is_array_of(const redisReply& reply, std::size_t elements) {
  return reply.type == REDIS_REPLY_ARRAY && reply.elements == elements;
}

// The id of an entry that may be malformed, for a message.
std::string id_in(const redisReply& entry) {
  if (entry.type != REDIS_REPLY_ARRAY || entry.elements == 0) return "?";
  const auto& id = *entry.element[0];
  return id.type == REDIS_REPLY_STRING ? base::printable({id.str, id.len}) : "?";
}

bool has_code(const redisReply& reply, std::string_view code) {
  return reply.type == REDIS_REPLY_ERROR && std::string_view(reply.str, reply.len).starts_with(code);
}

std::string key(const std::string& name, std::string_view part) {
  return fmt::format("{{{}}}:{}", name, part);
}

std::string entry_problem(const redisReply& entry, const std::string& key) {
  if (is_later_entry(entry)) {
    return fmt::format("{} contains an entry of a later version of sse-worker: {}; upgrade this worker", key,
                       id_in(entry));
  }
  return fmt::format("{} contains an entry that is not an event of sse-worker: {}", key, id_in(entry));
}

RedisStream::Events read_entries(const redisReply& reply, const std::string& key) {
  RedisStream::Events events;
  events.entries.reserve(reply.elements);
  for (const auto* each : std::span(reply.element, reply.elements)) {
    auto& entry = events.entries.emplace_back();
    if (!read_redis_entry(*each, entry))
      throw RedisError(RedisError::Kind::broken, entry_problem(*each, key));
    events.bytes += entry.pack.size_bytes();
  }
  return events;
}

}  // namespace

std::string epoch_text(std::uint64_t epoch) { return fmt::format("{:x}", epoch); }

RedisStream::RedisStream(const std::string& name)
    : state_(state_key(name)),
      events_(key(name, "events")),
      ids_(key(name, "ids")),
      closed_(key(name, "closed")),
      earlier_state_(key(name, "state")) {}

std::string RedisStream::state_key(const std::string& name) { return key(name, "cluster"); }

RedisCommand RedisStream::open(const RedisKnownPosition& known, std::string_view process_id) const {
  return redis_command({"EVAL", scripts::open, "5", state_, events_, ids_, closed_, earlier_state_,
                        std::to_string(known.last.epoch), std::to_string(known.last.sequence),
                        std::to_string(known.term), process_id});
}

RedisCommand RedisStream::append(const RedisKnownPosition& known, std::string_view process_id,
                                 const Bounds& bounds, std::span<const PackText> packs, Script script) const {
  const auto epoch = std::to_string(known.last.epoch);
  const auto sequence = std::to_string(known.last.sequence);
  const auto term = std::to_string(known.term);
  const auto from = std::to_string(bounds.retained_from);
  const auto past_ids_max = std::to_string(bounds.past_ids_max);
  std::vector<std::string> counts;
  counts.reserve(packs.size());  // the words are views of its texts
  std::vector<std::string_view> words{"EVAL",  scripts::append, "5",   state_,   events_, ids_,
                                      closed_, earlier_state_,  epoch, sequence, term,    process_id,
                                      from,    past_ids_max};
  if (script == Script::name) {
    words[0] = "EVALSHA";
    words[1] = scripts::append_sha1;
  }
  words.reserve(words.size() + packs.size() * 3);
  for (const auto& pack : packs) {
    words.emplace_back(pack.text);
    words.emplace_back(counts.emplace_back(std::to_string(pack.events)));
    words.emplace_back(pack.is_plain ? "1" : "");
  }
  return redis_command(words);
}

RedisCommand RedisStream::past_ids(log::Sequence after, log::Sequence before) const {
  return redis_command({"ZRANGEBYSCORE", ids_, fmt::format("({}", after), fmt::format("({}", before),
                        "WITHSCORES", "LIMIT", "0", std::to_string(members_max)});
}

RedisCommand RedisStream::closed_topics(log::Sequence from, std::size_t skip, log::Sequence before) const {
  return redis_command({"ZRANGEBYSCORE", closed_, std::to_string(from), fmt::format("({}", before),
                        "WITHSCORES", "LIMIT", std::to_string(skip), std::to_string(members_max)});
}

RedisCommand RedisStream::last() const { return redis_command({"HMGET", state_, "epoch", "last"}); }

RedisCommand RedisStream::read(RedisPosition after, std::size_t count, std::chrono::milliseconds wait) const {
  return redis_command({"XREAD", "COUNT", std::to_string(count), "BLOCK", std::to_string(wait.count()),
                        "STREAMS", events_, fmt::format("{}-{}", after.epoch, after.sequence)});
}

RedisCommand RedisStream::read_range(RedisPosition after, log::Sequence until, std::size_t count) const {
  return redis_command({"XRANGE", events_, fmt::format("({}-{}", after.epoch, after.sequence),
                        fmt::format("{}-{}", after.epoch, until), "COUNT", std::to_string(count)});
}

RedisCommand RedisStream::time() { return redis_command({"TIME"}); }

RedisCommand RedisStream::mark() const { return redis_command({"HSET", state_, "mark", ""}); }

RedisCommand RedisStream::wait(std::size_t replicas) {
  return redis_command({"WAIT", std::to_string(replicas), std::to_string(replica_wait.count())});
}

RedisCommand RedisStream::trim(std::uint64_t epoch, log::Sequence retained_from) const {
  return redis_command({"XTRIM", events_, "MINID", "~", fmt::format("{}-{}", epoch, retained_from)});
}

RedisStream::State RedisStream::read_state(const redisReply& reply) {
  State state;
  std::int64_t now = 0;
  if (!is_array_of(reply, 5) || !read_number(*reply.element[0], state.last.epoch) ||
      !read_number(*reply.element[1], state.last.sequence) || !read_number(*reply.element[2], state.term) ||
      !read_number(*reply.element[4], now)) {
    throw unexpected_reply("its opening", reply);
  }
  state.now = std::chrono::milliseconds(now);
  std::uint64_t epoch = 0;
  const auto& first = *reply.element[3];
  if (first.type == REDIS_REPLY_STRING && first.len == 0) {
    state.first = state.last.sequence + 1;
  } else if (!read_redis_id(first, epoch, state.first)) {
    throw unexpected_reply("its opening", reply);
  }
  return state;
}

RedisStream::ScriptName RedisStream::read_script_name(const redisReply& reply) {
  if (reply.type != REDIS_REPLY_ERROR) return ScriptName::known;
  const std::string_view error(reply.str, reply.len);
  if (error.starts_with("NOSCRIPT")) return ScriptName::unknown;
  return error.starts_with("NOPERM") ? ScriptName::refused : ScriptName::known;
}

RedisStream::Appended RedisStream::read_appended(const redisReply& reply, std::span<const PackText> packs) {
  Appended appended;
  const auto check = [&](bool valid) {
    if (!valid) throw unexpected_reply("a publish", reply);
  };
  check(is_array_of(reply, packs.size() + 1) && read_number(*reply.element[0], appended.epoch));
  for (std::size_t i = 0; i < packs.size(); ++i) {
    const auto& of_pack = *reply.element[i + 1];
    std::int64_t sequence = 0;
    if (of_pack.type == REDIS_REPLY_ARRAY) {
      check(of_pack.elements == packs[i].events);
      for (const auto* each : std::span(of_pack.element, of_pack.elements)) {
        check(read_number(*each, sequence) && sequence >= evicted && sequence != 0);
        appended.sequences.push_back(sequence);
      }
    } else {
      check(read_number(of_pack, sequence) && sequence > 0);
      for (std::size_t k = 0; k < packs[i].events; ++k) appended.sequences.push_back(sequence++);
    }
  }
  return appended;
}

std::vector<RedisStream::Member> RedisStream::read_members(const redisReply& reply, log::Sequence from,
                                                           log::Sequence before) {
  if (reply.type != REDIS_REPLY_ARRAY || reply.elements % 2 != 0)
    throw unexpected_reply("ZRANGEBYSCORE", reply);
  std::vector<Member> members;
  members.reserve(reply.elements / 2);
  for (std::size_t i = 0; i < reply.elements; i += 2) {
    const auto& name = *reply.element[i];
    log::Sequence sequence = 0;
    if (name.type != REDIS_REPLY_STRING || !read_number(*reply.element[i + 1], sequence) || sequence < from ||
        sequence >= before) {
      throw unexpected_reply("ZRANGEBYSCORE", reply);
    }
    from = sequence;
    members.push_back({{name.str, name.len}, sequence});
  }
  return members;
}

std::optional<RedisPosition> RedisStream::read_last(const redisReply& reply) {
  if (!is_array_of(reply, 2)) throw unexpected_reply("HMGET", reply);
  const auto& epoch = *reply.element[0];
  const auto& sequence = *reply.element[1];
  if (epoch.type == REDIS_REPLY_NIL || sequence.type == REDIS_REPLY_NIL) return std::nullopt;
  RedisPosition last;
  if (!read_number(epoch, last.epoch) || !read_number(sequence, last.sequence))
    throw unexpected_reply("HMGET", reply);
  return last;
}

RedisStream::Events RedisStream::read_events(const redisReply& reply) const {
  if (reply.type == REDIS_REPLY_NIL) return {};
  // One stream: its name and its entries.
  if (!is_array_of(reply, 1) || !is_array_of(*reply.element[0], 2) ||
      reply.element[0]->element[1]->type != REDIS_REPLY_ARRAY) {
    throw unexpected_reply("XREAD", reply);
  }
  return read_entries(*reply.element[0]->element[1], events_);
}

RedisStream::Events RedisStream::read_range_events(const redisReply& reply) const {
  if (reply.type != REDIS_REPLY_ARRAY) throw unexpected_reply("XRANGE", reply);
  return read_entries(reply, events_);
}

std::chrono::milliseconds RedisStream::read_time(const redisReply& reply) {
  std::int64_t seconds = 0;
  std::int64_t microseconds = 0;
  if (!is_array_of(reply, 2) || !read_number(*reply.element[0], seconds) ||
      !read_number(*reply.element[1], microseconds)) {
    throw unexpected_reply("TIME", reply);
  }
  return std::chrono::milliseconds(seconds * 1'000 + microseconds / 1'000);
}

bool RedisStream::read_marked(const redisReply& reply) {
  if (reply.type == REDIS_REPLY_INTEGER) return true;
  if (has_code(reply, "OOM") || has_code(reply, "MISCONF")) return false;
  throw unexpected_reply("HSET", reply);
}

void RedisStream::check_replicas(const redisReply& reply, std::size_t replicas) {
  std::size_t have = 0;
  if (!read_number(reply, have)) throw unexpected_reply("WAIT", reply);
  if (have >= replicas) return;
  throw RedisError(
      RedisError::Kind::refused,
      fmt::format("only {} of {} replicas (store.replicas) had an event within {} ms; check the replicas",
                  have, replicas, replica_wait.count()));
}

void RedisStream::check_trimmed(const redisReply& reply) {
  if (reply.type != REDIS_REPLY_INTEGER) throw unexpected_reply("XTRIM", reply);
}

}  // namespace worker::store
