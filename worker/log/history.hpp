// History: the entries that the log retains to resume from, and what is known of those that it does not
// retain any more. Composes the parts: every change goes through here, so that they agree. Reads are
// functions of the parts (log/resume.hpp, log/merged_read.hpp). Kept in this process's memory, whatever the
// store is. Not thread-safe: the log guards it. Calls take a time that depends on what they return or evict.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "log/change_log.hpp"
#include "log/epochs.hpp"
#include "log/loss_ledger.hpp"
#include "log/publisher_ids.hpp"
#include "log/retained_entries.hpp"
#include "log/retention.hpp"

namespace worker::log {

class History {
 public:
  /// The part of Settings::bytes_max that empty topics may take.
  static constexpr std::size_t emptied_share = EmptyTopics::bytes_share;

  /// `epoch`: see Epochs.
  History(const Settings& settings, std::string epoch, const base::Clock& clock)
      : epochs_(std::move(epoch)), publisher_ids_(settings.past_ids_max), retention_(settings, clock) {}

  /// --- the parts ---
  const Epochs& epochs() const { return epochs_; }
  const RetainedEntries& retained() const { return retained_; }
  const LossLedger& losses() const { return losses_; }
  const PublisherIds& publisher_ids() const { return publisher_ids_; }
  LogStats stats() const;

  /// --- what happens to the log ---
  /// Adds the entry of a sequence after last().
  void add(EntryPtr entry);
  /// The event with this publisher's id had `sequence`, and was evicted before it came here.
  void remember(std::string_view id, Sequence sequence) { publisher_ids_.add_past(id, sequence); }
  /// The topic was closed by the event with `sequence`, which is not retained.
  void close(std::string_view name, Sequence sequence);
  /// The store has lost the entries up to `through`, which is not before last(): none of them is retained any
  /// more, readers of every topic get a gap, and the next sequence is the one after it.
  void lose(Sequence through);
  /// The store has lost the log, and begins again as `epoch`: all is lost, and no topic is closed any more.
  void restart(std::string epoch);
  /// Events of sequences up to `through` may have been given out that the store does not have any more:
  /// readers who stand before it get a gap, entries are retained as before, and the next sequence is the one
  /// after it.
  void mark_missing_tail(Sequence through);

  /// --- retention ---
  /// Evicts entries that are over the bounds, except those that a follower has not read. One call takes a
  /// millisecond or two at most. True if there is more to evict.
  bool trim();
  /// New bounds; what is over them is evicted by the next trim().
  void update(const Settings& settings);
  const Settings& settings() const { return retention_.settings(); }
  void follow(const Follower& follower) { retention_.follow(follower); }
  void trust_clock(std::chrono::milliseconds now) { retention_.trust_clock(now); }

  /// --- a log that the store has kept: first topics and past ids, then entries in their order, then the end
  void restore_topic(const std::string& name, const TopicState& state);
  void restore(PastIds ids) { publisher_ids_.restore(std::move(ids)); }
  void restore(EntryPtr entry);
  /// `last`: the last sequence given out; for the others see LogChanges.
  void restored(Sequence last, Sequence discarded_through, Sequence missing_tail_through);
  /// Replaces the content by that of `other`, which a store has restored with the epoch that it kept;
  /// followers and the recording of changes stay.
  void become(History&& other);

  /// --- for a store that keeps the log in a file ---
  void record_changes() { changes_.record(); }
  LogChanges take_changes();
  /// What is known of all topics and ids, for a file that has none of it.
  LogChanges all_changes() const;

  /// --- what the stores ask for ---
  std::string id_of(Sequence sequence) const { return epochs_.id_of(sequence); }
  const std::string& epoch() const { return epochs_.name(); }
  Sequence epoch_start() const { return epochs_.start(); }
  bool is_current_epoch(const std::string& id) const { return epochs_.is_current(id); }
  Sequence last() const { return epochs_.last(); }
  /// The first sequence retained; the one after last() if there is none.
  Sequence first() const;
  /// The retained event with this publisher's id; null if there is none.
  EntryPtr find_retained(const std::string& publisher_id) const;
  const PastIds& past_ids() const { return publisher_ids_.past(); }
  bool is_closed(std::string_view topic) const;
  std::vector<EntryPtr> read_all(Sequence after, std::size_t count_max) const {
    return retained_.entries().read(after, count_max);
  }

 private:
  bool trim_topic(Topic& topic, Sequence read_through, std::size_t& left);
  void evict_oldest();
  void evict_first(Topic& topic);
  void discard_empty_topics();
  LogChanges with_totals(LogChanges changes) const;

  Epochs epochs_;
  RetainedEntries retained_;
  LossLedger losses_;
  PublisherIds publisher_ids_;
  Retention retention_;
  ChangeLog changes_;
};

}  // namespace worker::log
