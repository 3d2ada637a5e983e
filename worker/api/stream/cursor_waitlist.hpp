// CursorWaitlist: requests whose cursor the log does not know yet. Another worker may have given the cursor
// out just now, and its event is still on its way here: a subscriber that learned too early that its cursor
// is unknown would get everything again that the history holds. So the log is asked again after a few
// milliseconds, then less and less often, for at most a second.
//
// Loop thread only; one per loop. Outlives the requests that wait.
#pragma once

#include <boost/intrusive/list.hpp>
#include <chrono>
#include <functional>

#include "api/stream/stream_context.hpp"
#include "api/stream/subscribe_request.hpp"
#include "http/exchange.hpp"
#include "hub/metrics.hpp"
#include "net/timer.hpp"

namespace worker::api {

class CursorWaitlist {
 public:
  /// Each costs a look into the log now and then.
  static constexpr std::size_t count_max = 1'024;
  static constexpr std::chrono::milliseconds patience{1'000};

  /// What becomes of a request whose wait is over.
  struct Handlers {
    /// The log knows the cursor, or the time is up. Must answer the request or keep a source that will.
    std::function<void(http::Exchange&, const SubscribeRequest&, const ResumeStart&, Admission)> resolved;
    /// The worker stops; must answer the request.
    std::function<void(http::Exchange&, Delivery)> drained;
  };

  /// All that is borrowed outlives the waitlist. Counts how the waits ended.
  CursorWaitlist(net::Timers& timers, const log::Log& log, hub::Metrics& metrics, Handlers handlers);

  /// True, and counted, where no other request may wait.
  bool refuses();
  /// The exchange keeps the request, which leaves the list when the client leaves.
  void add(http::Exchange& exchange, SubscribeRequest request, Admission admission);

 private:
  class Waiter;
  using Hook = boost::intrusive::list_member_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;
  // The part of a waiter that the list sees.
  struct Link {
    Hook hook;
  };
  using Waiters = boost::intrusive::list<Link, boost::intrusive::member_hook<Link, Hook, &Link::hook>,
                                         boost::intrusive::constant_time_size<false>>;

  void ask_log_again();

  net::Timers& timers_;
  const log::Log& log_;
  hub::Metrics& metrics_;
  const Handlers handlers_;
  Waiters waiters_;
  std::size_t count_ = 0;
  net::Timer timer_;
};

}  // namespace worker::api
