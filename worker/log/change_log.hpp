// ChangeLog: what the log has evicted, and which topics have changed, since a store asked last. A store that
// keeps the log in a file applies these changes there. A value; the log guards it.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "log/past_ids.hpp"
#include "log/topic_index.hpp"

namespace worker::log {

class History;

/// An event that no topic retains any more.
struct EvictedEntry {
  Sequence sequence = 0;
  std::optional<PastId> id;  // its publisher's, if that is remembered from now on
};

struct LogChanges {
  std::vector<EvictedEntry> gone;
  std::map<std::string, std::optional<TopicState>> topics;  // none: the topic was discarded
  Sequence forgotten_through = 0;                           // see LossLedger::discarded()
  Sequence missing_tail_through = 0;                        // see LossLedger::missing_tail()
  Sequence last = 0;                                        // the last sequence given out
  std::optional<std::size_t> past_ids_max;  // how many ids are remembered, those of `gone` included
  std::optional<PastIds> past_ids;          // all of them; of all_changes() only

  bool empty() const { return gone.empty() && topics.empty(); }
  /// Adds changes that came later.
  void merge(LogChanges&& later);
};

/// What is known of all topics and ids, for a file that has none of it.
LogChanges all_changes(const History& history);

class ChangeLog {
 public:
  /// From now on; costs a little for each eviction.
  void record() { recording_ = true; }
  bool recording() const { return recording_; }

  /// The state of this topic has changed, or it is about to be discarded. Only if recording.
  void add_topic(const Topic& topic) {
    if (recording_ && !topics_.contains(topic.name())) topics_.emplace(topic.name());
  }
  /// Whether or not this records: the store has the entry, and has to delete it.
  void add_evicted(const EvictedEntry& entry) { evicted_.push_back(entry); }

  /// What was added since the last call, and the totals of `history`, which this is a part of.
  LogChanges take(const History& history);

 private:
  bool recording_ = false;
  std::set<std::string, std::less<>> topics_;
  std::vector<EvictedEntry> evicted_;
};

}  // namespace worker::log
