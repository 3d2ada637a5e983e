#include "app/housekeeping.hpp"

#include <limits>
#include <utility>

#include "app/allocator.hpp"

namespace worker::app {

Housekeeping::Housekeeping(net::Loop& loop, log::Log& log, api::AddressLimitLog& address_limit_log,
                           TokenKeys& token_keys)
    : loop_(loop),
      log_(log),
      address_limit_log_(address_limit_log),
      token_keys_(token_keys),
      background_(loop),
      timer_(loop.timers(), [this] { on_time(); }) {
  log_.follow(follower_, [this] { post_expire(); });
  follower_.at =
      std::numeric_limits<log::Sequence>::max();  // it reads nothing, so nothing is retained for it
  timer_.arm_in(interval);
}

void Housekeeping::on_time() {
  timer_.arm_in(interval);
  post_expire();
  // Beside the loop: after many evictions it takes milliseconds.
  background_.run([] {
    release_freed_memory();
    return [] {};
  });
  address_limit_log_.report_if_due(loop_.timers().now());
  token_keys_.reload_changed();
}

void Housekeeping::post_expire() {
  if (!expire_posted_.exchange(true)) loop_.post([this] { expire(); });
}

// In slices, one in each turn. An append evicts only a slice, so that it takes no longer than its own size
// explains; a batch, or events with many topics, may leave more, and so do events that a loop has not read
// yet.
void Housekeeping::expire() {
  expire_posted_ = false;
  if (log_.expire()) post_expire();
}

}  // namespace worker::app
