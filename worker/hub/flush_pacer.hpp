// FlushPacer: when the next flush may begin. Owned by Rounds; loop thread only.
//
// The first event after a silence is flushed at once. While events keep coming, a flush before the web server
// has sent the last round on would only give it more work for the same events: it would read and write
// half-filled pieces. So the next flush waits until the web server has read everything from the streams that
// were written to last; in this way it finds the interval that this web server, on this machine, under this
// load, needs. All of these last streams may belong to a client that has stopped reading, so a few others of
// the round, chosen at random, are checked as well: once they are read, the last ones are waited for half as
// long again and no longer. And where events come in batches, the events that are about to be stored get a
// moment to join the flush. The settings bound it on both sides, because over TCP it cannot be seen what a
// web server has read, and because a stream whose client stalls is never read to its end.
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
  /// It wrote to `subscriber`, which is borrowed until forget() or the next flush. One whose socket is full
  /// now is not waited for.
  void sent_to(const Subscriber& subscriber);
  /// `batched`: it had several events for one stream.
  void end(const Settings& settings, bool batched);
  void forget(const Subscriber& subscriber);

  /// When to flush; `now` or earlier: at once. Ask again at that time: the answer may have changed.
  base::Instant next(base::Instant now);

 private:
  using Sample = std::array<const Subscriber*, 4>;

  static bool fully_read(const Sample& subscribers);
  bool sample_read_long_ago(base::Instant now);

  // The last ones written to are the last ones the web server comes to.
  Sample last_sent_{};
  // Chosen at random from all streams that were written to.
  Sample sample_{};
  std::minstd_rand random_;
  std::size_t ready_ = 0;
  bool looked_ = false;                           // the sample was checked since the flush
  std::optional<base::Instant> sample_taken_at_;  // when it was seen to be read empty
  std::size_t sends_ = 0;
  bool batched_ = false;  // the last flush had several events for one stream
  int extra_waits_ = 0;   // for more, since then
  base::Instant begun_;
  base::Instant not_before_;
  base::Instant latest_;
};

}  // namespace worker::hub
