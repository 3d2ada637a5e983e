// RedisReader: reads the Redis stream into the log: first what Redis retains, then each event as it comes. It
// has no socket: it returns what to send, gets each reply, and returns what to send next (RedisAction).
// Replies come in the order of the commands, from one connection; a malformed reply is thrown as RedisError.
// After any error, attach() begins again on a new connection, from the position that was reached.
//
// With store.replicas, an event that is read as it comes is added when so many replicas have it, and too few
// are an error. So no client gets an event that a failover takes back. What Redis retains at the start is not
// held back: clients can read the history while replicas are missing.
//
// RedisStore owns it. One thread calls it, and that thread alone adds events to the log. known_position() is
// for every thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/logger.hpp"
#include "log/log.hpp"
#include "store/redis/entry_ages.hpp"
#include "store/redis/stream.hpp"
#include "store/redis/trimmed_query.hpp"

namespace worker::store {

class RedisReader {
 public:
  /// How long Redis waits for an event before it replies that there is none. Then the reader checks whether
  /// it still reads the right stream: a deleted one brings no events, either.
  static constexpr std::chrono::milliseconds check_interval{500};

  RedisReader(log::Log& log, const RedisStream& stream, base::Logger& logger);

  /// Opens the stream: at the start, and after every error. `process_id`: of the Redis; `address`: for log
  /// lines; `replicas`: how many must have an event before the log gets it (store.replicas).
  RedisAction attach(std::string process_id, std::string address, std::size_t replicas);
  /// The reply that was due next. A reply is due after every action.
  RedisAction on_reply(const redisReply& reply);

  /// The stream is open; false from attach() until the replies to it have come, and while it is not known
  /// that enough replicas have what was read.
  bool is_attached() const { return state_ != State::opening && !awaits_replicas_; }
  /// The log has what Redis retained when the stream was opened for the first time.
  bool is_restored() const { return is_attached() && state_ != State::retained && state_ != State::holes; }
  /// The last event of the stream that the log has.
  RedisKnownPosition known_position() const;

 private:
  // Which reply is due next, or, while there is a query_, what continues after it.
  enum class State {
    opening,   // open.lua
    retained,  // at the start: XRANGE
    holes,     // what was trimmed meanwhile
    reading,   // XREAD
    marking,   // before the events are added: a write, and WAIT for the replicas that have it
    waiting,
    checking,  // the last position of the stream, after an XREAD without events
    time,      // the clock of Redis; next_ continues after it
  };
  struct Hole {
    RedisPosition last;
    RedisPosition next;
  };

  RedisAction open();
  RedisAction read();
  RedisAction read_part();
  RedisAction next_hole();
  RedisAction check();
  RedisAction trust_clock(State next);
  RedisAction look_up(RedisPosition last, RedisPosition next);
  RedisAction continue_query();

  RedisAction on_retained(const RedisStream::Events& events);
  RedisAction on_events(RedisStream::Events events);
  RedisAction on_marked(bool is_marked);
  RedisAction on_replicated();
  RedisAction on_last(std::optional<RedisPosition> last);
  RedisAction on_time(std::chrono::milliseconds now);
  RedisAction on_looked_up(const TrimmedQuery::Trimmed& trimmed);
  RedisAction on_opened(const TrimmedQuery::Trimmed& trimmed);
  RedisAction on_hole(const TrimmedQuery::Trimmed& trimmed);
  RedisAction on_new(const TrimmedQuery::Trimmed& trimmed);
  RedisAction on_missing(const TrimmedQuery::Trimmed& trimmed);

  void add(const std::vector<StreamEntry>& entries, const TrimmedQuery::Trimmed& trimmed);
  void add(const StreamEntry& entry);
  void enter_term(std::string_view key, log::Sequence sequence, log::Sequence known);
  void remember(const TrimmedQuery::Trimmed& trimmed);

  log::Log& log_;
  const base::Clock& clock_;
  std::mutex& mutex_;      // the log's
  log::History& history_;  // guarded by mutex_
  const RedisStream& stream_;
  base::Logger& logger_;

  // For the reading thread.
  std::string process_id_;
  std::string address_;
  State state_ = State::opening;
  State next_ = State::reading;
  std::optional<TrimmedQuery> query_;
  RedisStream::State opened_;  // how the stream was opened last
  bool is_first_ = false;      // the stream has been opened for the first time
  std::size_t replicas_ = 0;
  bool awaits_replicas_ = false;           // until enough of them have what was read
  bool is_marked_ = false;                 // waiting
  RedisPosition asked_;                    // retained, reading: after this
  std::vector<Hole> holes_;                // retained, holes
  std::vector<StreamEntry> entries_;       // reading: wait for the query
  std::optional<base::Instant> read_all_;  // reading: there were no more than entries_ then
  RedisPosition checked_;                  // checking
  EntryAges ages_;
  std::size_t count_ = 64;  // of entries in one reply
  int missing_ = 0;         // how often in a row events were missing
  log::EntryParts parts_;   // used again for each event

  // Guarded by mutex_, as the history is.
  std::uint64_t epoch_number_ = 0;
  std::uint64_t term_ = 0;
};

}  // namespace worker::store
