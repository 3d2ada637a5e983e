#include "store/redis/stream.hpp"

#include <fmt/format.h>

#include <charconv>

namespace worker::store {
namespace {

// Sent whole each time: Redis knows it again by its hash, which takes it some µs, and a Redis that was
// restarted or changed for another needs no second way.
//
// A Redis process that has events which another process, or an earlier one, took may lack the last of them.
// Whatever it appends is a branch of the order, with a number; the fork is the last place before it. Who has
// seen a place after a fork, on an earlier branch, has seen what is not there any more.
constexpr std::string_view life_script = R"(
local known, seen, branch, run = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local state = redis.call('HMGET', KEYS[1], 'epoch', 'last', 'run', 'branch')
local epoch, last, now, fresh = state[1], tonumber(state[2] or 0), tonumber(state[4] or 1), false
local forks = epoch and run ~= '' and run ~= state[3]
if forks then now = now + 1 end
local lacking = false
if epoch == known then
  lacking = last < seen or now - branch > 100
  for each = branch + 1, lacking and 0 or now do
    local fork = forks and each == now and last or redis.call('HGET', KEYS[1], 'fork:' .. each)
    lacking = lacking or tonumber(fork or 0) < seen
  end
end
if not epoch or lacking then
  local time = redis.call('TIME')
  local life = math.max(time[1] * 1000000 + time[2], tonumber(epoch or 0) + 1, tonumber(known) + 1)
  epoch, last, now, fresh, forks = string.format('%.0f', life), 0, 1, true, false
  redis.call('DEL', KEYS[1], KEYS[2], KEYS[3], KEYS[4])
end
local changed = {'epoch', epoch, 'run', run, 'branch', now}
if forks then
  changed[7], changed[8] = 'fork:' .. now, last
  redis.call('HDEL', KEYS[1], 'fork:' .. (now - 101))
end
)";

constexpr std::string_view open_script = R"(
-- One that is full, or a replica, can be read all the same: the fork is where it was when it is written to.
if fresh or forks then redis.pcall('HSET', KEYS[1], 'last', last, unpack(changed)) end
local first = redis.call('XRANGE', KEYS[2], epoch .. '-0', '+', 'COUNT', 1)[1]
local time = redis.call('TIME')
return {epoch, last, now, first and first[1] or '', time[1] * 1000 + math.floor(time[2] / 1000)}
)";

// Trimming comes last: a script that has written something may go on over maxmemory, and one that would is to
// be refused.
constexpr std::string_view append_script = R"(
local from, past_max = 1, tonumber(ARGV[6])
if epoch == known then from = tonumber(ARGV[5]) end
-- However long an id is, it takes no more than this once its event is gone.
local function name(id) return #id > 256 and '\0' .. redis.sha1hex(id) or id end
local function entry_of(place) return epoch .. '-' .. string.format('%.0f', place) end
local function set_of(topics)
  local list, seen = {}, {}
  for topic in string.gmatch(topics, '[^\n]+') do
    if not seen[topic] then seen[topic] = true; list[#list + 1] = topic end
  end
  table.sort(list)
  return table.concat(list, '\n')
end
-- Whether the event of that place is this one; nil where it is gone.
local function same(place, topics, event, key, close)
  local found = redis.call('XRANGE', KEYS[2], entry_of(place), entry_of(place))[1]
  if not found then return nil end
  local is = {}
  for i = 1, #found[2], 2 do is[found[2][i]] = found[2][i + 1] end
  return is.event == event and (is.key or '') == key and (is.close or '') == close
    and (is.topics == topics or set_of(is.topics) == set_of(topics))
end
local time = redis.call('TIME')
local at = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
local own = string.format('%x', tonumber(epoch)) .. '-'
local some_closed = redis.call('ZCARD', KEYS[4]) > 0
local told = {epoch}
for i = 7, #ARGV, 5 do
  local topics, event, id, key, close = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4]
  local place
  if id ~= '' then
    if string.sub(id, 1, #own) == own and string.find(id, '^%d+$', #own + 1) then
      place = -2
    else
      local before = tonumber(redis.call('ZSCORE', KEYS[3], name(id)) or 0)
      if before > 0 and (before >= from or past_max > 0) then
        local is = same(before, topics, event, key, close)
        if is then place = before elseif is == false then place = -3 else place = -4 end
      end
    end
  end
  if not place and some_closed then
    for topic in string.gmatch(topics, '[^\n]+') do
      if redis.call('ZSCORE', KEYS[4], topic) then place = -1 end
    end
  end
  if not place then
    last = last + 1
    place = last
    local where = entry_of(place)
    if id == '' and key == '' and close == '' then
      redis.call('XADD', KEYS[2], where, 'topics', topics, 'event', event, 'at', at)
    else
      local entry = {'topics', topics, 'event', event, 'at', at}
      local function put(name, value)
        if value ~= '' then entry[#entry + 1] = name; entry[#entry + 1] = value end
      end
      put('id', id); put('key', key); put('close', close)
      redis.call('XADD', KEYS[2], where, unpack(entry))
      if id ~= '' then redis.call('ZADD', KEYS[3], place, name(id)) end
      if close ~= '' then
        some_closed = true
        for topic in string.gmatch(topics, '[^\n]+') do redis.call('ZADD', KEYS[4], place, topic) end
        redis.call('ZREMRANGEBYRANK', KEYS[4], 0, -100001)
      end
    end
  end
  told[#told + 1] = place
end
redis.call('HSET', KEYS[1], 'last', last, unpack(changed))
if from > 1 then
  redis.call('XTRIM', KEYS[2], 'MINID', '~', epoch .. '-' .. ARGV[5])
  local past = redis.call('ZCOUNT', KEYS[3], '-inf', '(' .. ARGV[5])
  if past > past_max then redis.call('ZREMRANGEBYRANK', KEYS[3], 0, past - past_max - 1) end
end
return told
)";

template <class Number>
bool read_number(const redisReply& reply, Number& number) {
  if (reply.type == REDIS_REPLY_INTEGER) {
    number = static_cast<Number>(reply.integer);
    return true;
  }
  if (reply.type != REDIS_REPLY_STRING) return false;
  const auto* end = reply.str + reply.len;
  const auto [parsed, error] = std::from_chars(reply.str, end, number);
  return error == std::errc() && parsed == end;
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

std::string epoch_of(std::uint64_t life) { return fmt::format("{:x}", life); }

RedisStream::RedisStream(const std::string& name)
    : state_(key(name, "state")),
      events_(key(name, "events")),
      ids_(key(name, "ids")),
      closed_(key(name, "closed")),
      open_script_(fmt::format("{}{}", life_script, open_script)),
      append_script_(fmt::format("{}{}", life_script, append_script)) {}

RedisStream::State RedisStream::open(RedisConnection& redis, const RedisKnownPosition& seen) const {
  const auto reply =
      redis.ask({"EVAL", open_script_, "4", state_, events_, ids_, closed_, std::to_string(seen.last.life),
                 std::to_string(seen.last.number), std::to_string(seen.term), redis.run()});
  const auto parts = elements(*reply);
  State state;
  std::int64_t now = 0;
  if (parts.size() != 5 || !read_number(*parts[0], state.last.life) ||
      !read_number(*parts[1], state.last.number) || !read_number(*parts[2], state.term) ||
      !read_number(*parts[4], now)) {
    redis.bad_answer("its opening");
  }
  std::uint64_t life = 0;
  state.now = std::chrono::milliseconds(now);
  if (!read_redis_id(*parts[3], life, state.first)) state.first = state.last.number + 1;
  return state;
}

RedisStream::Appended RedisStream::append(RedisConnection& redis, const RedisKnownPosition& seen,
                                          const Bounds& bounds, std::span<const RedisDraft> drafts) const {
  const auto life = std::to_string(seen.last.life);
  const auto number = std::to_string(seen.last.number);
  const auto term = std::to_string(seen.term);
  const auto from = std::to_string(bounds.retained_from);
  const auto past_ids_max = std::to_string(bounds.past_ids_max);
  std::vector<std::string_view> words{"EVAL",      append_script_, "4",         state_, events_,
                                      ids_,        closed_,        life,        number, term,
                                      redis.run(), from,           past_ids_max};
  words.reserve(words.size() + drafts.size() * std::tuple_size_v<RedisDraft>);
  for (const auto& draft : drafts) words.insert(words.end(), draft.begin(), draft.end());
  const auto reply = redis.ask(words);
  const auto parts = elements(*reply);
  Appended appended;
  if (parts.size() != drafts.size() + 1 || !read_number(*parts[0], appended.life))
    redis.bad_answer("a publish");
  appended.places.resize(drafts.size());
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    if (!read_number(*parts[i + 1], appended.places[i])) redis.bad_answer("a publish");
  }
  return appended;
}

std::optional<RedisPosition> RedisStream::last(RedisConnection& redis) const {
  const auto reply = redis.ask({"HMGET", state_, "epoch", "last"});
  const auto parts = elements(*reply);
  RedisPosition last;
  if (parts.size() != 2 || !read_number(*parts[0], last.life) || !read_number(*parts[1], last.number))
    return std::nullopt;
  return last;
}

std::vector<StreamEntry> RedisStream::read(RedisConnection& redis, RedisPosition after, std::size_t count,
                                           std::chrono::milliseconds wait, std::size_t& bytes) const {
  const auto number = std::to_string(count);
  const auto pause = std::to_string(wait.count());
  const auto from = fmt::format("{}-{}", after.life, after.number);
  const std::initializer_list<std::string_view> words{"XREAD", "COUNT",   number,  "BLOCK",
                                                      pause,   "STREAMS", events_, from};
  const auto reply = redis.ask(std::span(words), wait);
  bytes = 0;
  if (reply->type == REDIS_REPLY_NIL) return {};
  const auto streams = elements(*reply);
  if (streams.size() != 1 || elements(*streams[0]).size() != 2) redis.bad_answer("XREAD");
  return entries_of(*elements(*streams[0])[1], redis, bytes);
}

void RedisStream::ask_for(RedisConnection& redis, RedisPosition after, log::Sequence until) const {
  redis.send({"XRANGE", events_, fmt::format("({}-{}", after.life, after.number),
              fmt::format("{}-{}", after.life, until)});
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
      // One that is too long is known to the script alone.
      if (!id.starts_with('\0')) ids.push_back({std::string(id), after});
    }
  }
  return ids;
}

// Reads by place, not by rank: Redis may forget the first ones meanwhile, and ranks would shift. Topics that
// one event closed share a place; where a part ends among them, the next part skips those that were read.
std::deque<RedisClosed> RedisStream::closed_between(RedisConnection& redis, log::Sequence after,
                                                    log::Sequence before, std::size_t bytes_max,
                                                    std::size_t& others) const {
  constexpr std::size_t at_once = 1'000;
  std::deque<RedisClosed> topics;
  std::size_t bytes = 0;
  std::size_t of_last = 0;  // topics read that have the place `from`
  others = 0;
  const auto until = fmt::format("({}", before);
  auto from = after + 1;
  for (bool more = true; more;) {
    const auto reply = redis.ask({"ZRANGEBYSCORE", closed_, std::to_string(from), until, "WITHSCORES",
                                  "LIMIT", std::to_string(of_last), std::to_string(at_once)});
    const auto parts = elements(*reply);
    more = parts.size() == 2 * at_once;
    for (std::size_t i = 0; i + 1 < parts.size(); i += 2) {
      log::Sequence place = 0;
      if (parts[i]->type != REDIS_REPLY_STRING || !read_number(*parts[i + 1], place))
        redis.bad_answer("ZRANGEBYSCORE");
      of_last = place == from ? of_last + 1 : 1;
      from = place;
      bytes += parts[i]->len;
      topics.push_back({std::string(parts[i]->str, parts[i]->len), place});
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

void RedisStream::trim(RedisConnection& redis, std::uint64_t life, log::Sequence retained_from) const {
  redis.ask({"XTRIM", events_, "MINID", "~", fmt::format("{}-{}", life, retained_from)});
}

}  // namespace worker::store
