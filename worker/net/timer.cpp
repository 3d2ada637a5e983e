#include "net/timer.hpp"

#include <utility>

namespace worker::net {

Timer::Timer(Timers& timers, std::function<void()> on_due) : timers_(timers), on_due_(std::move(on_due)) {}

void Timer::arm(base::Instant at) {
  cancel();
  due_ = at;
  timers_.queue_.insert(*this);
}

void Timer::arm_in(base::Instant::duration delay) { arm(timers_.now() + delay); }

std::optional<base::Instant> Timers::next() const {
  if (queue_.empty()) return std::nullopt;
  return queue_.begin()->due_;
}

void Timers::fire_due() {
  thread_.assert_current();
  turn_.begin();
  const auto until = now();
  // Due timers first move to a queue of their own: a callback may cancel or destroy any of them, or arm
  // others.
  Queue due;
  while (!queue_.empty() && queue_.begin()->due_ <= until) {
    auto& timer = *queue_.begin();
    queue_.erase(queue_.begin());
    due.insert(due.end(), timer);
  }
  while (!due.empty()) {
    auto& timer = *due.begin();
    due.erase(due.begin());
    timer.on_due_();
    if (turn_.is_over()) break;
  }
  while (!due.empty()) {
    auto& timer = *due.begin();
    due.erase(due.begin());
    queue_.insert(timer);
  }
}

}  // namespace worker::net
