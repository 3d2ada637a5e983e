// History: the events held to resume from, and what is known of those that are not held any more. A value
// with indexes, in this process's memory; the log has one, wherever else it keeps its events. Not
// thread-safe: the log guards it. Calls take a time that depends on what they return, and on the number
// of topics and patterns asked for.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "log/entry_index.hpp"
#include "log/past_ids.hpp"
#include "log/prefix_index.hpp"
#include "log/read.hpp"
#include "log/settings.hpp"
#include "log/topic.hpp"
#include "log/topic_index.hpp"

namespace worker::log {

/// What a history knows of a topic beside its events.
struct TopicState {
  Sequence lost_through = 0;  // the last place it gave up
  Sequence closed_at = 0;     // its last event; 0 while it is open

  bool operator==(const TopicState&) const = default;
};

/// An event that no topic holds any more.
struct Gone {
  Sequence sequence = 0;
  std::optional<PastId> id;  // its publisher's, if that is remembered from now on
};

/// What a history has given up since it was asked last, for a store that keeps it elsewhere, too.
struct LogChanges {
  std::vector<Gone> gone;
  std::map<std::string, std::optional<TopicState>> topics;  // none: not remembered any more
  Sequence forgotten_through = 0;                           // the last place of a topic not remembered
  Sequence missing_tail_through = 0;                        // see History::doubt()
  Sequence last = 0;
  std::optional<std::size_t> past_ids_max;  // how many ids are remembered, those of `gone` included
  std::optional<PastIds> past_ids;          // all of them; of all_marks() only

  bool empty() const { return gone.empty() && topics.empty(); }
  /// What came later, on top of this.
  void merge(LogChanges&& later);
};

class History {
 public:
  /// At most so many topics without events are remembered, and they take at most this part of
  /// Settings::bytes_max. See history_forget.cpp.
  static constexpr std::size_t emptied_max = 100'000;
  static constexpr std::size_t emptied_share = 4;

  /// `epoch` names this life of the hub: letters and digits, never used before.
  History(const Settings& settings, std::string epoch, const base::Clock& clock);

  /// --- one that was kept elsewhere: first all marks, then the events in their order, then the end ---
  void restore_topic(const std::string& name, const TopicState& mark);
  void restore(EntryPtr entry);
  /// In place of those that there are; anywhere before the events.
  void restore(PastIds ids) { past_ids_ = std::move(ids); }
  /// `last`: the last place given out; for the others see Changes.
  void restored(Sequence last, Sequence forgotten_through, Sequence missing_tail_through);
  /// Events of places up to `through` may have been given out that never came back: whoever stands before it
  /// is told, what is held is held still, and the next place is the one after it.
  void mark_missing_tail(Sequence through);
  /// The clock that dated the events that came back says `now`, Unix time, and is believed from here on.
  /// Before, for it may be wrong where it has just started, they are as old as `Entry::at` says, which is no
  /// older than they are.
  void trust_clock(std::chrono::milliseconds now) { trusted_clock_ = {now, clock_->now()}; }
  /// `other` in place of this one; those who follow this one follow it.
  void become(History&& other);
  /// From now on; costs a little for each eviction.
  void record_changes() { recording_ = true; }
  LogChanges take_changes();
  /// What is known of all topics, for one who has lost it.
  LogChanges all_changes() const;

  const Settings& settings() const { return settings_; }
  /// One that a restart() left behind is named by its own epoch still.
  std::string id_of(Sequence sequence) const;
  const std::string& epoch() const { return epoch_; }
  /// The place before this life's first: places go on rising over a restart() of the hub, the numbers in ids
  /// begin again. 0 but after a restart().
  Sequence epoch_start() const { return epoch_start_; }
  /// The first place held; the one after last(), where none is.
  Sequence first() const { return entries_.empty() ? last_ + 1 : entries_.first(); }
  Sequence last() const { return last_; }
  /// The event that has this id of its publisher's; null where none is held.
  EntryPtr find_retained(const std::string& publisher_id) const;
  /// Ids of events that are not held any more.
  const PastIds& past_ids() const { return past_ids_; }
  /// The event of this publisher's id stood at `place`, and was gone before it came here.
  void remember(std::string_view id, Sequence place);
  /// Looks like an id of this life, whether or not it was given out.
  bool is_current_epoch(const std::string& id) const;
  bool is_closed(std::string_view topic) const;

  /// Takes the event of a place after last().
  void add(EntryPtr entry);
  /// Nothing up to `through`, which is not before last(), is held from now on, seen or not: readers of
  /// whichever topic are told of it, and the next place is the one after it.
  void lose(Sequence through);
  /// The hub begins again elsewhere, as `epoch`: all is lost, and no topic is closed any more.
  void restart(std::string epoch);
  /// What was said of a topic by an event that is not held: its last one was at `place`.
  void close(std::string_view name, Sequence place);
  /// How far lose() and restart() went.
  Sequence lost_through() const { return lost_through_; }

  /// Evicts events that are over the bounds, except those that a follower has not seen. One call takes a
  /// millisecond or two at most. True if there is more to evict.
  bool trim();
  /// New bounds; what is over them goes with the next trim().
  void update(const Settings& settings);
  void follow(const Follower& follower) { followers_.push_back(&follower); }

  /// See Journal, for all of these.
  ResumePoint resume(const Subscription& subscription, const std::optional<std::string>& cursor) const;
  Slice read(const Subscription& subscription, Sequence after, Sequence until, std::size_t bytes_max,
             EvictionCount evictions_seen) const;
  std::vector<EntryPtr> read_all(Sequence after, std::size_t count_max) const;
  Sequence closed_at(const Subscription& subscription) const;
  LogStats stats() const;

 private:
  struct EmptyTopic {
    Topic* topic;
    EvictionCount at;  // its loss when it came into the line
  };

  // One moment by both clocks: ages grow with the steady one alone.
  struct ClockReading {
    std::chrono::milliseconds wall;
    base::Instant at;
  };

  Topic& find_or_add(std::string_view name);
  void take(const EntryPtr& entry, std::size_t topics);
  std::chrono::milliseconds age_of(const Entry& entry) const;
  void hold(Topic& topic, Sequence sequence);
  void queue_if_over_limit(Topic& topic);
  void note_change(const Topic& topic);
  std::size_t bytes() const { return bytes_ + empty_topics_bytes_ + prefixes_.bytes(); }
  TopicState state_of(const Topic& topic) const { return {topic.loss.through, topic.closed_at}; }
  bool shorten(Topic& topic, std::size_t& left);
  bool oldest_is_evictable() const;
  void evict_front();
  void release(Topic& topic, Sequence sequence);
  void on_emptied(Topic& topic);
  void on_refilled(Topic& topic);
  void clear_empty_topics();
  bool over_empty_topic_limit() const;
  void forget(Topic& topic);
  void forget_emptied();
  std::optional<PastId> remember_id(const Entry& entry);
  Sequence slowest_follower() const;
  std::optional<Sequence> find(const std::string& cursor) const;
  Sequence evicted_through(const Subscription& subscription, EvictionCount evictions_seen) const;
  bool holds(const Subscription& subscription, const Entry& entry) const;
  Sequence beginning(const Subscription& subscription, Sequence after) const;
  bool is_earlier_epoch(const std::string& cursor) const;
  template <class Take>
  void each_sequence(const Subscription& subscription, Sequence after, Sequence until,
                     const Take& take) const;
  std::vector<EntryPtr> matching(const Subscription& subscription, Sequence after, Sequence& until,
                                 std::size_t bytes_max) const;

  std::string epoch_;
  Sequence epoch_start_ = 0;
  std::string previous_epoch_;  // of the places up to origin_
  Sequence previous_epoch_start_ = 0;
  Sequence lost_through_ = 0;
  const base::Clock* clock_;
  Settings settings_;
  std::vector<const Follower*> followers_;
  EntryIndex entries_;
  PrefixIndex prefixes_;
  Sequence last_ = 0;
  std::size_t bytes_ = 0;
  TopicIndex topics_;
  std::vector<Topic*> over_limit_;  // hold more than they may, because a loop has not seen their oldest event
  // Each topic once, in about the order in which they lost their last event. One that holds events again
  // stays until its turn comes.
  std::deque<EmptyTopic> empty_topics_;
  std::size_t empty_topic_count_ = 0;   // topics that hold nothing
  std::size_t empty_topics_bytes_ = 0;  // bytes that these take
  std::uint64_t forgotten_topics_ = 0;
  EvictionMark forgotten_;  // the greatest loss of all topics that were forgotten
  EvictionMark missing_tail_;
  EvictionCount evictions_ = 0;
  std::unordered_map<std::string, Sequence> publisher_ids_;  // of the events that are held
  PastIds past_ids_;
  std::optional<ClockReading> trusted_clock_;
  bool recording_ = false;
  std::set<std::string, std::less<>> changed_;  // topics whose mark has changed
  std::vector<Gone> evicted_;
};

}  // namespace worker::log
