#include "log/resume.hpp"

#include "log/merged_read.hpp"

namespace worker::log {
namespace {

std::optional<Sequence> find(const History& history, const std::string& cursor) {
  if (const auto sequence = history.publisher_ids().find(cursor)) return sequence;
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
  const auto found = find(history, *cursor);
  if (!found) {
    const auto generated = Cursor::parse(*cursor);
    const bool other = generated && epochs.is_other(*generated);
    return {.after = read.first_available(0),
            .evictions_seen = evictions,
            .gap = other ? GapReason::restarted : GapReason::unknown,
            // Epochs are named by the time at which they began. Where several workers write, one that is
            // behind may not have heard of the next epoch yet.
            .may_arrive = !other || generated->epoch > epochs.name()};
  }
  if (read.evicted_through(0) > *found) {
    return {.after = read.first_available(*found),
            .evictions_seen = evictions,
            .gap = *found < epochs.start()                  ? GapReason::restarted
                   : *found < losses.missing_tail().through ? GapReason::lost
                                                            : GapReason::evicted};
  }
  auto end = epochs.last();
  return {.after = *found,
          .evictions_seen = evictions,
          .ended = closed && read.entries(*found, end, 1).empty()};
}

}  // namespace worker::log
