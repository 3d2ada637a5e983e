#include "store/sqlite/file_clock.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace worker::store {
namespace {

using namespace std::chrono_literals;

// The small corrections of a network time service are no jump.
constexpr std::int64_t jump_min_ms = 1'000;
// How much of the file's clock a crash may lose while nothing is published.
constexpr auto record_interval = 60s;

std::int64_t to_ms(auto duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

std::int64_t jump_of(std::int64_t milliseconds) {
  return std::abs(milliseconds) < jump_min_ms ? 0 : milliseconds;
}

}  // namespace

FileClock::FileClock(const base::Clock& clock, std::string boot)
    : clock_(clock),
      boot_(std::move(boot)),
      since_(clock.now()),
      offset_ms_(offset_ms()),
      recorded_(since_) {}

std::int64_t FileClock::steady_ms() const { return to_ms(clock_.now().time_since_epoch()); }

std::int64_t FileClock::offset_ms() const { return to_ms(clock_.wall().time_since_epoch()) - steady_ms(); }

std::int64_t FileClock::resume(const Reading& recorded) {
  up_ms_ = recorded.up_ms;
  const auto away = steady_ms() - recorded.steady_ms;
  if (boot_.empty() || recorded.boot != boot_ || away < 0) return 0;
  up_ms_ += away;
  return jump_of(steady_ms() + offset_ms_ - recorded.wall_ms - away);
}

std::int64_t FileClock::take_jump() {
  const auto offset = offset_ms();
  const auto jump = jump_of(offset - offset_ms_);
  if (jump != 0) offset_ms_ = offset;
  return jump;
}

FileClock::Reading FileClock::reading() const {
  return {up_ms(clock_.now()), boot_, steady_ms(), steady_ms() + offset_ms_};
}

bool FileClock::is_record_due() const { return clock_.now() - recorded_ >= record_interval; }

std::int64_t FileClock::wall_ms(const log::Entry& entry) const {
  return entry.dated_ms() != 0 ? entry.dated_ms() : to_ms(entry.at().time_since_epoch()) + offset_ms_;
}

std::int64_t FileClock::up_ms(base::Instant at) const { return up_ms_ + to_ms(at - since_); }

base::Instant FileClock::instant(std::int64_t up_ms) const {
  return since_ - std::chrono::milliseconds(std::max<std::int64_t>(0, up_ms_ - up_ms));
}

}  // namespace worker::store
