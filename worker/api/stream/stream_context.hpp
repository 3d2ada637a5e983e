// StreamContext: what all streams and long polls of one loop share, and how each of them begins. Owned by the
// reactor; outlives its streams. Loop thread only.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/stream/open_streams.hpp"
#include "api/stream/settings.hpp"
#include "api/stream/slots.hpp"
#include "api/stream/stream.hpp"
#include "base/byte_budget.hpp"
#include "base/random.hpp"
#include "http/exchange.hpp"
#include "metrics/limits.hpp"
#include "net/timer.hpp"

namespace worker::api {

/// How a subscriber receives events.
enum class Delivery { stream, poll };

class Attendance;

/// What a request holds of the limits while it is served, and how long it may be.
struct Admission {
  StreamSlots::Slot slot;
  /// When its grant ends; none: it does not.
  std::optional<base::Instant> grant_ends{};
  base::ByteBudget::Reservation bytes{};  // of all subscriptions
  /// Null where neither presence nor hooks cover one of the topics.
  std::unique_ptr<Attendance> attendance{};

  explicit Admission(StreamSlots::Slot slot, std::optional<base::Instant> grant_ends = {},
                     base::ByteBudget::Reservation bytes = {});
  Admission(Admission&&) noexcept;
  ~Admission();
};

using StreamHeaders = std::vector<std::pair<std::string, std::string>>;

/// What a stream begins with.
struct StreamOpening {
  /// Frames, behind the opening comment and the `retry:`.
  std::string_view first{};
  /// More headers of the answer.
  StreamHeaders headers{};
};

class StreamContext {
 public:
  /// All that is borrowed outlives the context.
  StreamContext(net::Timers& timers, base::Random& random, StreamSlots& slots, const StreamSettings& settings,
                metrics::Limits& limits)
      : timers_(timers), random_(random), slots_(slots), settings_(settings), limits_(limits) {}

  /// For streams that begin from now on.
  void update(const StreamSettings& settings) { settings_ = settings; }
  const StreamSettings& settings() const { return settings_; }
  net::Timers& timers() { return timers_; }
  metrics::Limits& limits() { return limits_; }
  OpenStreams& open_streams() { return open_streams_; }

  /// Takes a slot for the request of `subject`, which is empty for a client without a grant. None: all are
  /// taken, and the request has been answered with a refusal.
  std::optional<StreamSlots::Slot> take_slot(http::Exchange& exchange, Delivery delivery,
                                             std::string_view subject = {});
  /// Takes `bytes` of those that all subscriptions may use. None: as for take_slot().
  std::optional<base::ByteBudget::Reservation> take_bytes(http::Exchange& exchange, Delivery delivery,
                                                          std::size_t bytes);
  /// The refusal of a request for whose templates there is no room.
  http::Response templates_full(Delivery delivery);
  /// Answers a request that cannot be served yet, because the history is not loaded.
  void answer_try_again(http::Exchange& exchange, Delivery delivery);

  /// Begins a stream: makes an S of a StreamStart and `args`, sends the head, gives the S to the exchange,
  /// and writes the opening comment, the `retry:` and the first frames in one piece. Ends the stream after
  /// StreamSettings::lifetime, or shortly before `grant_ends`. The S lives at least until the end of this
  /// turn.
  template <class S, class... Args>
  S& begin_stream(http::Exchange& exchange, StreamSlots::Slot slot, std::optional<base::Instant> grant_ends,
                  StreamOpening&& opening, Args&&... args) {
    auto stream = std::make_unique<S>(StreamStart(exchange, std::move(slot)), std::forward<Args>(args)...);
    auto& begun = *stream;
    set_end(begun, grant_ends);
    open(exchange, std::move(stream), std::move(opening));
    return begun;
  }
  /// Takes the slot of a stream that another process has begun. None: all are taken.
  std::optional<StreamSlots::Slot> take_slot_again(const std::optional<http::Network>& network,
                                                   std::string_view subject);
  /// As take_bytes(), for such a stream.
  std::optional<base::ByteBudget::Reservation> take_bytes_again(std::size_t bytes);
  /// Continues with such a stream: makes an S as begin_stream() does, and sends nothing.
  template <class S, class... Args>
  S& continue_stream(http::Exchange& exchange, StreamSlots::Slot slot, const std::optional<StreamEnd>& end,
                     Args&&... args) {
    auto stream = std::make_unique<S>(StreamStart(exchange, std::move(slot)), std::forward<Args>(args)...);
    auto& begun = *stream;
    if (end) set_end(begun, *end);
    exchange.keep(std::move(stream));
    return begun;
  }
  /// Ends such a stream, which cannot continue: its client comes back as after any end.
  void end_again(http::Exchange& exchange);
  /// When a grant that ends at `grant_ends` is taken as over: up to 10 s earlier, so that clients whose
  /// grants end together do not reconnect together.
  base::Instant jittered(base::Instant grant_ends);

 private:
  http::Response refusal(Delivery delivery, const StreamSlots::Refused& refused);
  void open(http::Exchange& exchange, std::unique_ptr<Stream> stream, StreamOpening opening);
  void set_end(Stream& stream, std::optional<base::Instant> grant_ends);
  void set_end(Stream& stream, const StreamEnd& end);

  net::Timers& timers_;
  base::Random& random_;
  StreamSlots& slots_;
  StreamSettings settings_;
  metrics::Limits& limits_;
  OpenStreams open_streams_;
};

}  // namespace worker::api
