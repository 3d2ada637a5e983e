#include "net/loop.hpp"

#include <algorithm>
#include <utility>

namespace worker::net {

Loop::Loop(const base::Clock& clock) : poller_(thread_), timers_(clock, thread_), tasks_(poller_) {}

void Loop::run() {
  const LoopThread::Scope here(thread_);
  // Sockets, timers and tasks get their turns one after the other, however busy one of them is.
  while (!stopped_) {
    if (poller_.wait(time_to_wait())) take_turn([this] { poller_.dispatch(timers_.turn()); });
    fire_timers();
    run_tasks();
  }
}

void Loop::run_ready() {
  stopped_ = false;
  take_turn([this] { timers_.fire_due(); });
  const bool ready = poller_.wait(base::Instant::duration::zero());
  take_turn([&] {
    if (ready) poller_.dispatch(timers_.turn());
  });
  while (!tasks_.empty() && !stopped_) run_tasks();
}

void Loop::run_rest() {
  stopped_ = false;
  if (signals_) signals_->handle_all();
  run_tasks();
}

void Loop::stop() {
  assert_on_thread();
  stopped_ = true;
}

void Loop::post(std::function<void()> task) {
  if (tasks_.add(std::move(task)) && !thread_.is_current()) tasks_.wake();
}

std::optional<base::Instant::duration> Loop::time_to_wait() const {
  if (!tasks_.empty()) return base::Instant::duration::zero();
  const auto next = timers_.next();
  if (!next) return std::nullopt;
  return std::max(*next - timers_.now(), base::Instant::duration::zero());
}

void Loop::fire_timers() {
  const auto next = timers_.next();
  if (stopped_ || !next || *next > timers_.now()) return;
  take_turn([this] { timers_.fire_due(); });
}

// Those that are there now. What they post waits until sockets and timers had their turn.
void Loop::run_tasks() {
  for (auto left = tasks_.size(); left > 0 && !stopped_; --left) take_turn(tasks_.take());
}

void Loop::on_signals(std::initializer_list<int> signals, std::function<void(int)> handler) {
  signals_.emplace(poller_, signals, std::move(handler));
}

}  // namespace worker::net
