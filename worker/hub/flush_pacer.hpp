// FlushPacer: when the next flush may go out. Owned by its shard; loop thread only.
//
// The first event after a silence goes out at once. While events keep coming, flushing again before the web
// server has passed the last round on would only make it work more for the same events: it would read and
// write half-filled pieces. So the next flush waits until the last streams written to have been read empty;
// it thereby finds the interval that this web server, on this machine, under this load, needs. Those last
// streams may all belong to somebody who has stopped reading, so a few others of the round, chosen at random,
// are looked at as well: once they are read empty, the last ones are waited for half as long again and no
// longer. And where events come in crowds, those that are about to be kept are given a moment to go with it.
// Bounded on both sides by the settings, because a web server over TCP cannot be seen to read, and because a
// stream whose reader stalls is never read empty.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <random>

#include "base/clock.hpp"
#include "hub/settings.hpp"

namespace worker::hub {

class Subscriber;

class FlushPacer {
 public:
  /// A flush begins.
  void begin(base::Instant now);
  /// It wrote to `reader`, who is borrowed until forget() or the next flush. One whose socket is full now is
  /// not waited for.
  void sent_to(const Subscriber& reader);
  /// `batched`: it had several events for one stream.
  void end(const Settings& settings, bool batched);
  void forget(const Subscriber& reader);

  /// When to flush: not after `now`, if at once. Ask again then: the answer may have changed.
  base::Instant next(base::Instant now);

 private:
  using Sample = std::array<const Subscriber*, 4>;

  static bool taken(const Sample& readers);
  bool sample_read_long_ago(base::Instant now);

  // The last ones written to are the last ones the web server comes to.
  Sample last_sent_{};
  // Chosen at random from all streams that were written to.
  Sample sample_{};
  std::minstd_rand random_;
  std::size_t ready_ = 0;
  bool looked_ = false;                           // the sample was looked at since the flush
  std::optional<base::Instant> sample_taken_at_;  // when it was seen to be read empty
  std::size_t sends_ = 0;
  bool batched_ = false;  // the last flush had several events for one stream
  int extra_waits_ = 0;   // for more, since then
  base::Instant begun_;
  base::Instant not_before_;
  base::Instant latest_;
};

}  // namespace worker::hub
