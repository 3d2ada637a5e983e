#include "journal/group.hpp"

#include <algorithm>
#include <utility>

namespace worker::journal {

Journal::Kept Group::add(Draft&& draft, base::Instant now) {
  const auto& given = draft.event.id;
  if (!given.empty()) {
    if (history_.is_own(given)) return base::failure(Rejection::reserved);
    if (history_.knows(given) || aliases_.contains(given)) return given;
  }
  const auto closed = [&](const auto& topic) { return history_.is_closed(topic) || closed_.contains(topic); };
  if (std::ranges::any_of(draft.topics, closed)) return base::failure(Rejection::closed);
  const auto sequence = history_.last() + entries_.size() + 1;
  auto id = given.empty() ? history_.id_of(sequence) : given;
  if (!given.empty()) aliases_.insert(given);
  if (draft.closes) closed_.insert(draft.topics.begin(), draft.topics.end());
  entries_.push_back(make_entry(std::move(draft), sequence, id, now));
  return id;
}

}  // namespace worker::journal
