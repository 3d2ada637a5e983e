#include "hub/replay_slices.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace worker::hub {
namespace {

// Where most values are superseded, up to so many pieces of the log are read for one slice.
constexpr int reads_per_slice = 16;
// As soon as so many events were passed over that may not be read, no further piece is read.
constexpr std::size_t skipped_per_slice = 1'000;
// Larger slices are not kept: they hold one large event.
constexpr std::size_t kept_bytes_max = 65'536;

std::size_t frame_bytes(const std::vector<log::EntryPtr>& entries) {
  std::size_t bytes = 0;
  for (const auto& entry : entries) bytes += entry->frame().size();
  return bytes;
}

}  // namespace

std::shared_ptr<const FramedSlice> ReplaySlices::next(const Part& part, log::EvictionCount& evictions_seen) {
  auto kept = std::ranges::find_if(kept_, [&](const Kept& each) { return each.is(part); });
  // What was evicted since it was read does not concern a subscriber that gets it; evictions beyond it are
  // found by the next read of the log, because `evictions_seen` stays.
  if (kept != kept_.end() && kept->evictions_seen <= evictions_seen) return kept->slice;

  const auto before = evictions_seen;
  auto slice = std::make_shared<const FramedSlice>(read(part, before));
  evictions_seen = slice->evictions_seen;
  // One that is not full would be longer the next time; one that begins with a gap is for this subscriber
  // alone.
  const bool full = slice->through < part.until;
  const bool small = !slice->wire || slice->wire->size() <= kept_bytes_max;
  if (full && small && slice->evicted_through <= part.after) {
    if (kept == kept_.end()) {
      kept = kept_.begin() + static_cast<std::ptrdiff_t>(oldest_);
      oldest_ = (oldest_ + 1) % kept_.size();
    }
    *kept = {&part.cohort, part.after, part.bytes_max, part.conflation != nullptr, before, slice};
  }
  return slice;
}

void ReplaySlices::forget(const Cohort& cohort) {
  for (auto& kept : kept_) {
    if (kept.cohort == &cohort) kept = {};
  }
}

// The log's slices end with the event that reaches the bound; these end before it, unless it is the only one.
log::Slice ReplaySlices::read(const Part& part, log::Sequence after, std::size_t bytes_max,
                              log::EvictionCount evictions_seen) const {
  auto slice = log_.read(part.cohort.subscription, after, part.until, bytes_max, evictions_seen);
  if (slice.entries.size() > 1 && frame_bytes(slice.entries) > bytes_max) {
    slice.through = slice.entries.back()->sequence() - 1;
    slice.entries.pop_back();
  }
  return slice;
}

FramedSlice ReplaySlices::read(const Part& part, log::EvictionCount evictions_seen) const {
  FramedSlice slice{read(part, part.after, part.bytes_max, evictions_seen), {}, 0};
  if (part.conflation != nullptr) skip_superseded(slice, part);
  if (!slice.entries.empty()) slice.wire = framer_.framed(slice.entries);
  return slice;
}

// Removes superseded values and fills the room with what comes later. Each piece of the log is read once:
// what is left out here is not sent later.
void ReplaySlices::skip_superseded(FramedSlice& slice, const Part& part) const {
  const auto& subscription = part.cohort.subscription;
  slice.conflated = part.conflation->drop_superseded(slice.entries, subscription);
  auto room = part.bytes_max - std::min(part.bytes_max, frame_bytes(slice.entries));
  const auto goes_on = [&] {
    return slice.through < part.until && room > part.bytes_max / 2 && slice.skipped < skipped_per_slice;
  };
  for (int reads = 1; reads < reads_per_slice && goes_on(); ++reads) {
    auto more = read(part, slice.through, room, slice.evictions_seen);
    if (more.evicted_through > slice.through) return;  // the next slice begins there, with a gap
    const auto conflated = part.conflation->drop_superseded(more.entries, subscription);
    const auto bytes = frame_bytes(more.entries);
    if (bytes > room) return;  // one large event, which goes alone
    slice.conflated += conflated;
    slice.skipped += more.skipped;
    room -= bytes;
    std::ranges::move(more.entries, std::back_inserter(slice.entries));
    slice.through = more.through;
    slice.evictions_seen = more.evictions_seen;
  }
}

}  // namespace worker::hub
