#include "store/write_batch.hpp"

#include <algorithm>
#include <utility>

#include "log/same_event.hpp"

namespace worker::store {

Kept WriteBatch::add(log::Draft&& draft, base::Instant now) {
  const auto& given = draft.event.id;
  if (!given.empty()) {
    if (history_.epochs().is_current(given)) return base::failure(Rejection::reserved);
    const auto event = known(draft);
    if (event == Known::other) return base::failure(Rejection::conflict);
    if (event == Known::same) return given;
  }
  const auto closed = [&](const std::string& topic) {
    return history_.retained().topics().is_closed(topic) || closed_.contains(topic);
  };
  if (std::ranges::any_of(draft.topics, closed)) return base::failure(Rejection::closed);
  const auto sequence = history_.epochs().last() + entries_.size() + 1;
  auto id = given.empty() ? history_.epochs().id_of(sequence) : given;
  if (draft.closes) closed_.insert(draft.topics.begin(), draft.topics.end());
  const auto& entry = entries_.emplace_back(log::make_entry(std::move(draft), sequence, id, now));
  if (!entry->publisher_id().empty()) publisher_ids_.emplace(std::string(entry->publisher_id()), entry);
  return id;
}

// Whether an event has, or had, its id, and is the same one.
WriteBatch::Known WriteBatch::known(const log::Draft& draft) const {
  const auto& id = draft.event.id;
  auto other = history_.find_retained(id);
  if (const auto found = publisher_ids_.find(id); !other && found != publisher_ids_.end())
    other = found->second;
  const auto past = other ? std::nullopt : history_.publisher_ids().find_past(id);
  if (!other && !past) return Known::no;
  const auto content = log::content_of(*log::make_entry(log::Draft(draft), 0, id, {}));
  const bool same =
      other ? content == log::content_of(*other) : past->fingerprint == log::fingerprint_of(content);
  return same ? Known::same : Known::other;
}

}  // namespace worker::store
