// ReplaySlices: what subscribers that are catching up get next from the log, framed, in pieces of bounded
// size. Owned by Replay. Loop thread only.
//
// Subscribers at the same position get the same bytes: a few slices are kept for the next one that needs
// them. A burst for which a hundred subscribers are too slow, or a restart after which a thousand resume from
// one cursor, is encoded once.
#pragma once

#include <array>
#include <cstddef>
#include <memory>

#include "hub/cohort.hpp"
#include "hub/conflation.hpp"
#include "hub/framer.hpp"
#include "log/log.hpp"

namespace worker::hub {

struct FramedSlice : log::Slice {
  /// The entries; none where there are none.
  base::Bytes wire;
  /// Superseded values that were left out.
  std::size_t conflated = 0;
};

class ReplaySlices {
 public:
  ReplaySlices(const log::Log& log, const Framer& framer) : log_(log), framer_(framer) {}

  /// Which part of the log.
  struct Part {
    const Cohort& cohort;
    log::Sequence after;
    log::Sequence until;
    /// Bytes of frames; one event may have more.
    std::size_t bytes_max;
    /// Null: superseded values are not left out.
    const Conflation* conflation;
  };

  /// Begins after `part.after`; may be empty where values were left out, or where many events may not be
  /// read. `evictions_seen` is the subscriber's, see log::Slice; each read of the log advances it. Takes a
  /// bounded time.
  std::shared_ptr<const FramedSlice> next(const Part& part, log::EvictionCount& evictions_seen);

  /// The cohort is about to be destroyed.
  void forget(const Cohort& cohort);
  void forget_all() { kept_.fill({}); }

 private:
  struct Kept {
    const Cohort* cohort = nullptr;
    log::Sequence after = 0;
    std::size_t bytes_max = 0;
    bool conflates = false;
    /// Of the subscriber for which it was read, and which had no gap: one that has seen fewer evictions might
    /// need one.
    log::EvictionCount evictions_seen = 0;
    std::shared_ptr<const FramedSlice> slice;

    bool is(const Part& part) const {
      return cohort == &part.cohort && after == part.after && bytes_max == part.bytes_max &&
             conflates == (part.conflation != nullptr);
    }
  };

  log::Slice read(const Part& part, log::Sequence after, std::size_t bytes_max,
                  log::EvictionCount evictions_seen) const;
  FramedSlice read(const Part& part, log::EvictionCount evictions_seen) const;
  void skip_superseded(FramedSlice& slice, const Part& part) const;

  const log::Log& log_;
  const Framer& framer_;
  std::array<Kept, 8> kept_;
  std::size_t oldest_ = 0;  // of kept_
};

}  // namespace worker::hub
