#include "probes.hpp"

#include <algorithm>

namespace sse::bench {

void Probes::tick() {
  if (done() || reader_.state() == Reader::State::opening) return;
  if (tally_.started == 0) live_least_ = fleet_.live;
  live_least_ = std::min(live_least_, fleet_.live);
  if (reader_.state() == Reader::State::live) {
    ++answered_;
    reader_.leave();
  } else if (reader_.state() == Reader::State::ended) {
    ++failed_;
  }
  while (!done() && reader_.state() != Reader::State::opening) {
    reader_.open(target_, sources_.next());
    if (reader_.state() == Reader::State::ended) ++failed_;
  }
}

}  // namespace sse::bench
