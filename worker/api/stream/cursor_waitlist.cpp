#include "api/stream/cursor_waitlist.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace worker::api {
namespace {

using namespace std::chrono_literals;

constexpr auto first_pause = 2ms;

}  // namespace

class CursorWaitlist::Waiter final : public http::Source, public Link {
 public:
  Waiter(CursorWaitlist& list, http::Exchange& exchange, SubscribeRequest request, Admission admission)
      : list_(list),
        exchange_(exchange),
        request_(std::move(request)),
        admission_(std::move(admission)),
        until_(list.timers_.now() + patience),
        next_(list.timers_.now() + first_pause) {
    ++list_.count_;
  }
  ~Waiter() override { --list_.count_; }

  void drain(std::chrono::milliseconds /*retry*/) override {
    if (!hook.is_linked()) return;  // its wait is over
    hook.unlink();
    list_.handlers_.drained(exchange_, request_.delivery());
  }

  base::Instant next() const { return next_; }
  /// True once its wait is over; then the waiter may be destroyed.
  bool resolve() {
    const auto now = list_.timers_.now();
    if (now < next_) return false;
    pause_ *= 2;
    next_ = std::min(now + pause_, until_);
    const auto start = resolve_cursor(request_, list_.log_);
    const bool unknown = start.point.may_arrive;
    if (unknown && now < until_) return false;
    (unknown ? list_.metrics_.cursor_waits_failed : list_.metrics_.cursor_waits_done).add();
    // The handler may destroy this.
    const auto request = std::move(request_);
    list_.handlers_.resolved(exchange_, request, start, std::move(admission_));
    return true;
  }

 private:
  CursorWaitlist& list_;
  http::Exchange& exchange_;
  SubscribeRequest request_;
  Admission admission_;
  const base::Instant until_;
  base::Instant next_;
  std::chrono::milliseconds pause_ = first_pause;
};

CursorWaitlist::CursorWaitlist(net::Timers& timers, const log::Log& log, hub::Metrics& metrics,
                               Handlers handlers)
    : timers_(timers), log_(log), metrics_(metrics), handlers_(std::move(handlers)), timer_(timers, [this] {
        ask_log_again();
      }) {}

bool CursorWaitlist::refuses() {
  if (count_ < count_max) return false;
  metrics_.cursor_waits_refused.add();
  return true;
}

void CursorWaitlist::add(http::Exchange& exchange, SubscribeRequest request, Admission admission) {
  auto waiter = std::make_unique<Waiter>(*this, exchange, std::move(request), std::move(admission));
  waiters_.push_back(*waiter);
  if (!timer_.armed() || waiter->next() < timer_.due()) timer_.arm(waiter->next());
  exchange.keep(std::move(waiter));
}

void CursorWaitlist::ask_log_again() {
  Waiters turn;
  turn.swap(waiters_);
  auto next = base::Instant::max();
  while (!turn.empty() && !timers_.turn().is_over()) {
    auto& waiter = static_cast<Waiter&>(turn.front());
    turn.pop_front();
    if (waiter.resolve()) continue;
    waiters_.push_back(waiter);
    next = std::min(next, waiter.next());
  }
  // The others come first in the next turn.
  if (!turn.empty()) next = timers_.now();
  waiters_.splice(waiters_.begin(), turn);
  if (!waiters_.empty()) timer_.arm(next);
}

}  // namespace worker::api
