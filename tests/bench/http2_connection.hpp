// Http2Connection: one HTTP/2 connection and the streams on it, over TLS by ALPN, or over plain HTTP by prior
// knowledge. Opened by the first request, closed when its last stream is gone. Loop thread only; the pool
// owns and outlives it. Where the connection fails, so does each of its streams.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "channel.hpp"
#include "http2_session.hpp"
#include "poller.hpp"
#include "transport.hpp"

namespace sse::bench {

class Http2Pool;
class Http2Stream;

class Http2Connection final : private Transport::Owner, private Http2Session::Owner {
 public:
  Http2Connection(Poller& poller, Http2Pool& pool, std::size_t number) noexcept
      : pool_(pool), number_(number), transport_(poller, *this) {}

  /// Connects where it has to. May call the stream before it returns.
  void request(Http2Stream& stream, const Target& target, const std::optional<in_addr>& source,
               const Ask& ask);
  /// Nothing more is said to the stream of this number.
  void cancel(std::int32_t stream);

  std::size_t number() const noexcept { return number_; }
  std::size_t streams() const noexcept { return streams_.size(); }
  /// False while the server is going away.
  bool accepts_requests() const noexcept { return !session_ || session_->accepts_requests(); }

 private:
  void on_received(std::string_view bytes) override;
  void on_closed() override;
  void on_failed(Ending ending) override;
  void on_head(std::int32_t stream, int status, bool is_event_stream) override;
  void on_body(std::int32_t stream, std::string_view piece) override;
  void on_stream_end(std::int32_t stream, bool whole) override;
  void send_output();
  void shut();

  Http2Pool& pool_;
  const std::size_t number_;
  Transport transport_;
  std::optional<Http2Session> session_;
  bool in_session_ = false;  // it is calling us, and must stay
  std::unordered_map<std::int32_t, Http2Stream*> streams_;
};

}  // namespace sse::bench
