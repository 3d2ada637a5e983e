#include "log/resume.hpp"

#include <algorithm>

#include "log/merged_read.hpp"
#include "log/terms.hpp"

namespace worker::log {
namespace {

// The publisher's id of a private event says nothing to whoever may not read that event, not even that there
// is one. It is known to a reader who asks for the event and may read it; once the event is evicted, to all
// who may read private events: its topics are not known any more.
std::optional<Sequence> find_publisher_id(const History& history, const Subscription& subscription,
                                          const std::string& id) {
  const auto& ids = history.publisher_ids();
  if (const auto past = ids.find_past(id); past && (!past->is_private || subscription.may_read_some()))
    return past->sequence;
  const auto entry = history.find_retained(id);
  if (!entry) return std::nullopt;
  const bool known = !entry->is_private() || (subscription.matches(*entry) && subscription.may_read(*entry));
  return known ? std::optional(entry->sequence()) : std::nullopt;
}

std::optional<Sequence> find(const History& history, const Subscription& subscription,
                             const std::string& cursor) {
  if (const auto sequence = find_publisher_id(history, subscription, cursor)) return sequence;
  const auto generated = Cursor::parse(cursor);
  return generated ? history.epochs().find(*generated) : std::nullopt;
}

}  // namespace

ResumePoint resume(const History& history, const Subscription& subscription,
                   const std::optional<std::string>& cursor) {
  const MergedRead read(history, subscription);
  const auto& epochs = history.epochs();
  const auto& losses = history.losses();
  const auto evictions = losses.evictions();
  const bool closed = read.closed_at() != 0;
  if (!cursor && !closed) return {.after = epochs.last(), .evictions_seen = evictions};
  if (!cursor || *cursor == "earliest")
    return {.after = read.first_available(0), .evictions_seen = evictions};
  const auto found = find(history, subscription, *cursor);
  const Terms terms(history);
  if (!found) {
    const auto generated = Cursor::parse(*cursor);
    const bool other = generated && epochs.is_other(*generated);
    // Epochs are named by the time at which they began. Where several workers write, one that is behind may
    // not have heard of the next epoch yet. Or the store has lost it.
    const bool is_later = other && generated->epoch > epochs.name();
    return {.after = read.first_available(0),
            .evictions_seen = evictions,
            .gap = is_later && terms.is_loss_unknown() ? GapReason::lost
                   : other                             ? GapReason::restarted
                                                       : GapReason::unknown,
            .may_arrive = !other || is_later};
  }
  if (read.evicted_through(0) > *found) {
    return {.after = read.first_available(*found),
            .evictions_seen = evictions,
            .gap = *found < epochs.start()                  ? GapReason::restarted
                   : *found < losses.missing_tail().through ? GapReason::lost
                                                            : GapReason::evicted};
  }
  const auto skipped = terms.skipped_through(*found);
  if (const auto lost = std::max(skipped, terms.lost_through()); lost > *found) {
    const auto next = read.entries(*found, epochs.last(), 1);
    const auto before_next = next.entries.empty() ? next.through : next.entries.front()->sequence() - 1;
    return {.after = std::max(*found, std::min(lost, before_next)),
            .evictions_seen = evictions,
            .gap = GapReason::lost,
            // The other workers are to know before this reader gets its gap.
            .may_arrive = skipped > terms.lost_through()};
  }
  // Where nothing is to come for the reader, but this was not found out in one step, its stream ends later.
  const auto rest = closed ? read.entries(*found, epochs.last(), 1) : Slice();
  return {.after = *found,
          .evictions_seen = evictions,
          .ended = closed && rest.entries.empty() && rest.through >= epochs.last()};
}

}  // namespace worker::log
