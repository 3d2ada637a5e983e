// Stream: a text/event-stream answer and its source. Base of all that fill one: a subscription's events, the
// greeting, the figures of `$stats`. Begun by StreamContext::begin_stream() and in no other way.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "api/stream/settings.hpp"
#include "api/stream/slots.hpp"
#include "base/random.hpp"
#include "http/exchange.hpp"
#include "net/timer.hpp"

namespace worker::api {

/// text/event-stream that proxies neither cache nor buffer.
http::ResponseHead stream_head();

/// The first bytes of a stream: a comment, so that the `open` event of an EventSource fires at once, and a
/// jittered `retry:`.
std::string stream_opening(const StreamSettings& settings, base::Random& random);

/// Why a grant is no longer valid.
enum class ExpiryReason { expired, revoked };

/// When a stream ends at the latest, and whether its grant ends then.
struct StreamEnd {
  base::Instant at;
  bool expires = false;
};

/// What a stream holds from its first byte to its last. Only StreamContext can make one, so a stream that
/// skips a step of begin_stream() does not compile.
class StreamStart {
 private:
  friend class Stream;
  friend class StreamContext;
  StreamStart(http::Exchange& exchange, StreamSlots::Slot slot)
      : exchange_(exchange), slot_(std::move(slot)) {}

  http::Exchange& exchange_;
  StreamSlots::Slot slot_;
};

/// Loop thread only. Owned by its exchange.
class Stream : public http::Source {
 public:
  /// Sends `retry:` and ends the stream; the client reconnects with its cursor.
  void drain(std::chrono::milliseconds retry) final;

 protected:
  explicit Stream(StreamStart start) : exchange_(start.exchange_), slot_(std::move(start.slot_)) {}

  /// Sends `event: close` and ends the stream; the client has received everything.
  void close();
  /// Sends the cursor and `event: expired`, and ends the stream.
  void expire(ExpiryReason reason);
  /// Of the client's grant; empty where it has none.
  std::string_view slot_subject() const { return slot_.subject(); }
  std::optional<http::Network> slot_network() const { return slot_.network(); }
  /// When it ends at the latest.
  std::optional<StreamEnd> latest_end() const;

  http::Exchange& exchange_;

 private:
  friend class StreamContext;
  /// The id after which the client has to resume; empty where it has that already, or the stream has none.
  virtual std::string cursor() const { return {}; }

  const StreamSlots::Slot slot_;
  std::unique_ptr<net::Timer> end_timer_;  // null where the stream may last for ever
  bool expires_ = false;                   // its grant ends when the timer is due
};

}  // namespace worker::api
