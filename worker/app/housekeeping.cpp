#include "app/housekeeping.hpp"

#include <utility>

#include "app/allocator.hpp"

namespace worker::app {

Housekeeping::Housekeeping(net::Loop& loop, log::Log& log, api::AddressLimitLog& address_limit_log)
    : loop_(loop),
      log_(log),
      address_limit_log_(address_limit_log),
      background_(loop),
      timer_(loop.timers(), [this] { on_time(); }) {
  timer_.arm_in(interval);
}

void Housekeeping::on_time() {
  timer_.arm_in(interval);
  if (!expire_posted_) expire();
  // Beside the loop: after many evictions it takes milliseconds.
  background_.run([] {
    release_freed_memory();
    return [] {};
  });
  address_limit_log_.report_if_due(loop_.timers().now());
}

// In slices, one in each turn. Every append evicts a slice, too, which keeps the history within its bounds in
// size while events come; this evicts by age, and what appends had to leave: events that a loop had not read
// yet, and what a reload of the configuration no longer allows.
void Housekeeping::expire() {
  expire_posted_ = log_.expire();
  if (expire_posted_) loop_.post([this] { expire(); });
}

}  // namespace worker::app
