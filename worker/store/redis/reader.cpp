#include "store/redis/reader.hpp"

#include <algorithm>

#include "log/terms.hpp"
#include "sse/frame.hpp"

namespace worker::store {
namespace {

// The approximate size of one reply.
constexpr std::size_t reply_bytes = 2'097'152;
constexpr std::size_t count_max = 1'024;

// Of its first event.
RedisPosition position_of(const StreamEntry& entry) { return {entry.epoch, entry.after + 1}; }

// How much the next reply is to have, after one that had `found` of `asked`, and `bytes`.
std::size_t adjusted(std::size_t asked, std::size_t found, std::size_t bytes, std::size_t max) {
  if (bytes > reply_bytes) return std::max<std::size_t>(asked / 2, 1);
  return bytes < reply_bytes / 2 && 2 * found > asked ? std::min(2 * asked, max) : asked;
}

log::Sequence after_of(RedisPosition last, RedisPosition next) {
  return last.epoch == next.epoch ? last.sequence : 0;
}

}  // namespace

RedisReader::RedisReader(log::Log& log, const RedisStream& stream, base::Logger& logger)
    : log_(log),
      clock_(log.clock()),
      mutex_(log.mutex()),
      history_(log.history()),
      stream_(stream),
      logger_(logger),
      ages_(clock_) {}

RedisKnownPosition RedisReader::known_position() const {
  const std::lock_guard lock(mutex_);
  return {{epoch_number_, history_.epochs().last() - history_.epochs().start()}, term_};
}

RedisAction RedisReader::attach(std::string process_id, std::string address, std::size_t replicas) {
  process_id_ = std::move(process_id);
  address_ = std::move(address);
  replicas_ = replicas;
  query_.reset();
  return open();
}

RedisAction RedisReader::on_reply(const redisReply& reply) {
  if (query_) {
    query_->on_reply(reply);
    return continue_query();
  }
  switch (state_) {
    case State::opening:
      opened_ = RedisStream::read_state(reply);
      return look_up(known_position().last, {opened_.last.epoch, opened_.first});
    case State::retained:
      return on_retained(stream_.read_range_events(reply));
    case State::reading:
      return on_events(stream_.read_events(reply));
    case State::marking:
      return on_marked(RedisStream::read_marked(reply));
    case State::waiting:
      if (is_marked_) RedisStream::check_replicas(reply, replicas_);
      return on_replicated();
    case State::checking:
      return on_last(RedisStream::read_last(reply));
    case State::time:
      return on_time(RedisStream::read_time(reply));
    case State::holes:
      break;  // replies are the query's
  }
  throw unexpected_reply("nothing", reply);
}

// --- what was trimmed before this worker could read it ---

// Looks up what was trimmed between two positions; then on_looked_up() continues in the same state. `next`
// may be in a new epoch.
RedisAction RedisReader::look_up(RedisPosition last, RedisPosition next) {
  const auto after = after_of(last, next);
  if (next.sequence <= after + 1) return on_looked_up({});
  std::size_t names_bytes_max = 0;
  {
    const std::lock_guard lock(mutex_);
    names_bytes_max = history_.retention().settings().bytes_max / log::History::emptied_share;
  }
  query_.emplace(stream_, after, next.sequence, names_bytes_max);
  return continue_query();
}

RedisAction RedisReader::continue_query() {
  if (auto command = query_->next()) return {.commands = {std::move(*command)}};
  const auto trimmed = query_->take();
  query_.reset();
  if (trimmed.closed_dropped > 0) {
    logger_.warn(
        "too many closed topics for history.bytes_max; subscribers of the oldest do not get `close`: "
        "store=redis address={} topics={}",
        address_, trimmed.closed_dropped);
  }
  return on_looked_up(trimmed);
}

RedisAction RedisReader::on_looked_up(const TrimmedQuery::Trimmed& trimmed) {
  switch (state_) {
    case State::opening:
      return on_opened(trimmed);
    case State::holes:
      return on_hole(trimmed);
    case State::reading:
      return on_new(trimmed);
    case State::checking:
      return on_missing(trimmed);
    case State::retained:
    case State::marking:
    case State::waiting:
    case State::time:
      break;  // these look up nothing
  }
  return read();
}

// Under the lock.
void RedisReader::remember(const TrimmedQuery::Trimmed& trimmed) {
  const auto epoch_start = history_.epochs().start();
  for (const auto& [id, sequence] : trimmed.ids) history_.remember(id, epoch_start + sequence);
  for (const auto& [topic, sequence] : trimmed.closed) history_.close(topic, epoch_start + sequence);
}

// --- opening ---

// At the start, after every lost connection, and when the stream is found to be another one. The position of
// this worker stays valid while the epoch stays the same.
RedisAction RedisReader::open() {
  state_ = State::opening;
  return {.commands = {stream_.open(known_position(), process_id_)}};
}

RedisAction RedisReader::on_opened(const TrimmedQuery::Trimmed& trimmed) {
  {
    const std::lock_guard lock(mutex_);
    is_first_ = log_.set_ready();
    const bool is_new_epoch = opened_.last.epoch != epoch_number_;
    epoch_number_ = opened_.last.epoch;
    term_ = opened_.term;
    const auto epoch = epoch_text(epoch_number_);
    if (is_new_epoch) holes_.clear();
    if (is_first_) {
      history_.become(log::History(history_.retention().settings(), epoch, clock_));
    } else if (is_new_epoch) {
      history_.restart(epoch);
      logger_.warn("Redis lost events; starting a new epoch: store=redis address={} epoch={}", address_,
                   epoch);
    }
    const auto first = history_.epochs().start() + opened_.first;
    if (first > history_.epochs().last() + 1) history_.lose(first - 1);
    remember(trimmed);
  }
  ages_.on_opened(opened_, is_first_);
  missing_ = 0;
  log_.notify_followers();
  asked_ = known_position().last;
  return is_first_ ? read_part() : next_hole();
}

// --- at the start ---

RedisAction RedisReader::read_part() {
  state_ = State::retained;
  const auto end = ages_.backlog_end().sequence;
  if (asked_.sequence >= end) return next_hole();
  return {.commands = {stream_.read_range(asked_, end, count_)}};
}

RedisAction RedisReader::on_retained(const RedisStream::Events& events) {
  const auto& entries = events.entries;
  if (entries.empty()) return next_hole();
  count_ = adjusted(count_, entries.size(), events.bytes, count_max);
  asked_.sequence = entries.back().last;
  const auto last = known_position().last;
  const auto next = position_of(entries.front());
  if (next.sequence > after_of(last, next) + 1) holes_.push_back({last, next});
  add(entries, {});
  return read_part();
}

// What was trimmed since the stream was opened. If the connection is lost, the next one continues.
RedisAction RedisReader::next_hole() {
  if (holes_.empty()) return read();
  state_ = State::holes;
  return look_up(holes_.front().last, holes_.front().next);
}

RedisAction RedisReader::on_hole(const TrimmedQuery::Trimmed& trimmed) {
  {
    const std::lock_guard lock(mutex_);
    remember(trimmed);
  }
  holes_.erase(holes_.begin());
  return next_hole();
}

// --- as it happens ---

RedisAction RedisReader::read() {
  state_ = State::reading;
  asked_ = known_position().last;
  return {.commands = {stream_.read(asked_, count_, check_interval)}, .wait = check_interval};
}

RedisAction RedisReader::on_events(RedisStream::Events events) {
  const auto now = clock_.now();
  auto& entries = events.entries;
  if (entries.empty()) {
    awaits_replicas_ = false;
    ages_.on_caught_up(now);
    return trust_clock(State::checking);
  }
  const auto next = position_of(entries.front());
  if (next.epoch != asked_.epoch) return open();
  read_all_ = entries.size() < count_ ? std::optional(now) : std::nullopt;
  count_ = adjusted(count_, entries.size(), events.bytes, count_max);
  entries_ = std::move(entries);
  if (replicas_ == 0) return on_replicated();
  state_ = State::marking;
  awaits_replicas_ = true;
  return {.commands = {stream_.mark(), RedisStream::wait(replicas_)}};
}

// A Redis that can write nothing has no new events, and replicas have most of what it has. It can be read.
RedisAction RedisReader::on_marked(bool is_marked) {
  state_ = State::waiting;
  is_marked_ = is_marked;
  return {.wait = RedisStream::replica_wait};
}

RedisAction RedisReader::on_replicated() {
  state_ = State::reading;
  awaits_replicas_ = false;
  return look_up(asked_, position_of(entries_.front()));
}

RedisAction RedisReader::on_new(const TrimmedQuery::Trimmed& trimmed) {
  add(std::exchange(entries_, {}), trimmed);
  // Events that have not been read yet came after it.
  if (read_all_) ages_.on_caught_up(*read_all_);
  return trust_clock(State::reading);
}

// Others use the log between two entries.
void RedisReader::add(const std::vector<StreamEntry>& entries, const TrimmedQuery::Trimmed& trimmed) {
  missing_ = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const std::lock_guard lock(mutex_);
    if (i == 0) remember(trimmed);
    if (entries[i].epoch != epoch_number_) break;  // the next reply begins with it
    add(entries[i]);
    history_.trim();
  }
  log_.notify_followers();
}

// Under the lock.
void RedisReader::add(const StreamEntry& entry) {
  const auto& epochs = history_.epochs();
  const auto known = epochs.last() - epochs.start();
  parts_.sequence = epochs.start() + entry.last - entry.pack.events().size();
  parts_.at = ages_.appended_at(entry);
  parts_.dated_ms = ages_.depends_on_redis() ? entry.at.count() : 0;
  // Events were deleted in the middle of the stream.
  if (epochs.start() + entry.after > epochs.last()) history_.lose(epochs.start() + entry.after);
  for (const auto& event : entry.pack.events()) {
    const auto sequence = ++parts_.sequence;
    if (sequence <= epochs.last()) continue;
    const auto topics = entry.pack.topics_of(event);
    parts_.topics.resize(topics.size());
    std::ranges::copy(topics, parts_.topics.begin());
    if (topics.front() == log::Terms::topic) enter_term(event.key, entry.last, known);
    parts_.key = event.key;
    parts_.closes = event.has(RedisPack::closes);
    parts_.is_private = event.has(RedisPack::is_private);
    parts_.publisher_id = event.id;
    parts_.frame.clear();
    event.append_frame(parts_.frame);
    sse::append_cursor(parts_.frame, event.id.empty() ? epochs.id_of(sequence) : event.id);
    history_.add(log::Entry::make(parts_));
  }
}

// Under the lock. A term began while this worker was reading, as when a Redis Cluster moves the keys: each
// node is a process of its own. Where the worker has read beyond the end of the term before, these events are
// lost; then it stays in its term, and epoch.lua finds that out.
void RedisReader::enter_term(std::string_view key, log::Sequence sequence, log::Sequence known) {
  const auto fork = log::Terms::skipped_after(key);
  if (fork && *fork >= known && sequence > opened_.last.sequence) ++term_;
}

RedisAction RedisReader::trust_clock(State next) {
  if (ages_.should_trust_clock()) {
    next_ = next;
    state_ = State::time;
    return {.commands = {RedisStream::time()}};
  }
  return next == State::checking ? check() : read();
}

RedisAction RedisReader::on_time(std::chrono::milliseconds now) {
  ages_.on_clock_trusted();
  {
    const std::lock_guard lock(mutex_);
    history_.retention().trust_clock(now);
    history_.trim();
  }
  return next_ == State::checking ? check() : read();
}

RedisAction RedisReader::check() {
  state_ = State::checking;
  return {.commands = {stream_.last()}};
}

// Also finds a stream whose last events were deleted.
RedisAction RedisReader::on_last(std::optional<RedisPosition> last) {
  const auto known = known_position().last;
  if (!last || last->epoch != known.epoch || last->sequence < known.sequence) return open();
  // An event that is under way is no loss; one that has not come by the next check is.
  missing_ = last->sequence > known.sequence ? missing_ + 1 : 0;
  if (missing_ < 2) return read();
  checked_ = *last;
  return look_up(known, {last->epoch, last->sequence + 1});
}

RedisAction RedisReader::on_missing(const TrimmedQuery::Trimmed& trimmed) {
  {
    const std::lock_guard lock(mutex_);
    history_.lose(history_.epochs().start() + checked_.sequence);
    remember(trimmed);
  }
  log_.notify_followers();
  return read();
}

}  // namespace worker::store
