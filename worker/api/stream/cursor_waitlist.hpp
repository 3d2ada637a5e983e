// CursorWaitlist: readers whose cursor this worker does not know yet, because another worker of the hub was
// faster. They are looked at again after a few milliseconds, then less and less often, and for no longer than
// a second. One per loop, on its thread; outlives the sources that it makes.
#pragma once

#include <boost/intrusive/list.hpp>
#include <chrono>
#include <functional>
#include <memory>

#include "http/exchange.hpp"
#include "net/timer.hpp"

namespace worker::api {

class CursorWaitlist {
 public:
  enum class Time { left, up };
  /// Answers the reader and returns true, or returns false where the cursor is not known yet. When the time
  /// is up it must answer.
  using Look = std::function<bool(Time)>;

  /// At most so many wait at once: each costs a look into the history now and then.
  static constexpr std::size_t count_max = 1'024;
  static constexpr std::chrono::milliseconds patience{1'000};

  explicit CursorWaitlist(net::Timers& timers) : timer_(timers, [this] { look_at_all(); }), timers_(timers) {}

  bool full() const { return count_ >= count_max; }
  /// What its exchange keeps. If the exchange drops it before the reader is answered, nobody is looked at any
  /// more. `leave` answers a reader who has to come back because the worker stops.
  std::unique_ptr<http::Source> wait(Look look, std::function<void()> leave);

 private:
  class Waiter;
  using Hook = boost::intrusive::list_member_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;
  // The part of a source that the list sees.
  struct Place {
    Hook hook;
  };
  using Waiters = boost::intrusive::list<Place, boost::intrusive::member_hook<Place, Hook, &Place::hook>,
                                         boost::intrusive::constant_time_size<false>>;

  void look_at_all();

  Waiters waiters_;
  std::size_t count_ = 0;
  net::Timer timer_;
  net::Timers& timers_;
};

}  // namespace worker::api
