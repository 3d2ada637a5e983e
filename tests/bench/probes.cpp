#include "probes.hpp"

#include <algorithm>

namespace sse::bench {

Instant Probes::tick(Instant now) {
  finish_answered();
  if (done() || under_way_) return Instant::max();
  if (now < next_) return next_;
  live_least_ = tally_.started == 0 ? fleet_.live : std::min(live_least_, fleet_.live);
  next_ = now + plan_.interval;
  under_way_ = true;
  reader_.open(target_, sources_.next());
  // It may have failed at once, then the next turn counts it.
  return reader_.state() == Reader::State::opening ? Instant::max() : now;
}

void Probes::finish_answered() {
  if (!under_way_ || reader_.state() == Reader::State::opening) return;
  under_way_ = false;
  live_least_ = std::min(live_least_, fleet_.live);
  if (reader_.state() == Reader::State::live) {
    ++answered_;
    reader_.leave();
  } else {
    ++failed_;
  }
}

}  // namespace sse::bench
