#include "api/stream/cursor_waitlist.hpp"

#include <algorithm>
#include <utility>

namespace worker::api {
namespace {

using namespace std::chrono_literals;

constexpr auto first_pause = 2ms;

}  // namespace

class CursorWaitlist::Waiter final : public http::Source, public Place {
 public:
  Waiter(CursorWaitlist& all, Look look, std::function<void()> leave)
      : all_(all),
        look_(std::move(look)),
        leave_(std::move(leave)),
        until_(all.timers_.now() + patience),
        next_(all.timers_.now() + first_pause) {
    ++all_.count_;
  }
  ~Waiter() override { --all_.count_; }

  void drain(std::chrono::milliseconds /*retry*/) override {
    if (!hook.is_linked()) return;  // it is answered
    hook.unlink();
    leave_();
  }

  base::Instant next() const { return next_; }
  /// True once it is answered; then the waiter may be gone.
  bool look() {
    const auto now = all_.timers_.now();
    if (now < next_) return false;
    pause_ *= 2;
    next_ = std::min(now + pause_, until_);
    const auto look = look_;  // answering destroys this
    return look(now < until_ ? Time::left : Time::up);
  }

 private:
  CursorWaitlist& all_;
  const Look look_;
  const std::function<void()> leave_;
  const base::Instant until_;
  base::Instant next_;
  std::chrono::milliseconds pause_ = first_pause;
};

std::unique_ptr<http::Source> CursorWaitlist::wait(Look look, std::function<void()> leave) {
  auto waiter = std::make_unique<Waiter>(*this, std::move(look), std::move(leave));
  waiters_.push_back(*waiter);
  if (!timer_.armed() || waiter->next() < timer_.due()) timer_.arm(waiter->next());
  return waiter;
}

void CursorWaitlist::look_at_all() {
  Waiters turn;
  turn.swap(waiters_);
  auto next = base::Instant::max();
  while (!turn.empty() && !timers_.turn().is_over()) {
    auto& waiter = static_cast<Waiter&>(turn.front());
    turn.pop_front();
    if (waiter.look()) continue;
    waiters_.push_back(waiter);
    next = std::min(next, waiter.next());
  }
  // The rest waits for the next turn, ahead of everything else.
  if (!turn.empty()) next = timers_.now();
  waiters_.splice(waiters_.begin(), turn);
  if (!waiters_.empty()) timer_.arm(next);
}

}  // namespace worker::api
