#include "log/history_loader.hpp"

namespace worker::log {

HistoryLoader::HistoryLoader(const Settings& settings, Record record, const base::Clock& clock)
    : history_(settings, std::move(record.epoch), clock), discarded_through_(record.discarded_through) {
  history_.changes_.record();
  if (record.past_ids) history_.publisher_ids_.restore(*std::move(record.past_ids));
  for (const auto& [name, state] : record.topics) {
    history_.retained_.restore_topic(name, state, history_.losses_.restore(state.lost_through));
    // Even if the file is wrong: no topic has evicted a later sequence.
    history_.epochs_.advance(state.lost_through);
  }
  history_.epochs_.advance(record.last);
  if (record.missing_tail_through != 0) mark_missing_tail(record.missing_tail_through);
}

void HistoryLoader::add(const EntryPtr& entry) {
  auto& ids = history_.publisher_ids_;
  const auto topic_events_max = history_.retention().settings().topic_events_max;
  if (history_.retained_.add(entry, history_.losses_.discarded(), topic_events_max) > 0) {
    ids.add(*entry);
  } else {  // evicted before, and not deleted yet where the store keeps it
    history_.changes_.add_evicted({entry->sequence(), ids.evict(*entry)});
  }
  history_.epochs_.advance(entry->sequence());
}

void HistoryLoader::mark_missing_tail(Sequence through) {
  missing_tail_through_ = through;
  history_.epochs_.advance(through);
}

// The mark of discarded topics comes last, for it must not hide entries of topics that have evicted nothing.
History HistoryLoader::finish() && {
  auto& losses = history_.losses_;
  if (discarded_through_ != 0) losses.restore_discarded(discarded_through_);
  history_.retained_.restore_discarded(losses.discarded());
  if (missing_tail_through_ != 0) losses.mark_missing_tail(missing_tail_through_);
  return std::move(history_);
}

History HistoryLoader::finish_without_store() && {
  auto history = std::move(*this).finish();
  history.changes_ = {};
  return history;
}

}  // namespace worker::log
