// History: the entries that the log retains to resume from, and what is known of those that it does not
// retain any more. Composes the parts: every change goes through here, so that they agree. Reads are
// functions of the parts (log/resume.hpp, log/merged_read.hpp). Kept in this process's memory, whatever the
// store is; a store that has kept it loads it with HistoryLoader. Not thread-safe: the log guards it. Calls
// take a time that depends on what they return or evict.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "log/change_log.hpp"
#include "log/epochs.hpp"
#include "log/loss_ledger.hpp"
#include "log/publisher_ids.hpp"
#include "log/retained_entries.hpp"
#include "log/retention.hpp"
#include "log/topic_rates.hpp"

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
  const Retention& retention() const { return retention_; }
  /// To add followers, and to trust the clock.
  Retention& retention() { return retention_; }
  const TopicRates& topic_rates() const { return topic_rates_; }
  TopicRates& topic_rates() { return topic_rates_; }
  /// The retained event with this publisher's id; null if there is none.
  EntryPtr find_retained(const std::string& publisher_id) const;

  /// --- what happens to the log ---
  /// Adds the entry of a sequence after the last one.
  void add(const EntryPtr& entry);
  /// The event with this publisher's id had `sequence`, and was evicted before it came here.
  void remember(std::string_view id, Sequence sequence) { publisher_ids_.add_past(id, sequence); }
  /// The topic was closed by the event with `sequence`, which is not retained.
  void close(std::string_view name, Sequence sequence);
  /// The store has lost the entries up to `through`, which is not before the last one: none of them is
  /// retained any more, readers of every topic get a gap, and the next sequence is the one after it.
  void lose(Sequence through);
  /// The store has lost the log, and begins again as `epoch`: all is lost, and no topic is closed any more.
  void restart(std::string epoch);
  /// Evicts entries that are over the bounds, except those that a follower has not read. One call takes a
  /// millisecond or two at most. True if there is more to evict.
  bool trim();
  /// New bounds; what is over them is evicted by the next trim().
  void update(const Settings& settings);
  /// Replaces the content by that of `other`. Followers, bounds and the rates of topics stay.
  void become(History&& other);
  /// What has changed since the last call, for the store that it was loaded from. The changes of a history
  /// without a HistoryLoader are not recorded: only the totals are filled in.
  LogChanges take_changes() { return changes_.take(*this); }

 private:
  friend class HistoryLoader;  // changes the parts before anybody reads them

  bool trim_topic(Topic& topic, Sequence read_through, std::size_t& left);
  void evict_oldest();
  void evict_first(Topic& topic);
  void discard_empty_topics();

  Epochs epochs_;
  RetainedEntries retained_;
  LossLedger losses_;
  PublisherIds publisher_ids_;
  Retention retention_;
  ChangeLog changes_;
  TopicRates topic_rates_;  // of what is added; not of what was loaded
};

LogStats stats_of(const History& history);

}  // namespace worker::log
