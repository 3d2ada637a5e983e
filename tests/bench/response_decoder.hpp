// ResponseDecoder: one HTTP/1.1 response as its bytes come: the head, then the pieces of the body, whichever
// of the three framings it has (chunked, Content-Length, until the connection closes). No I/O. Only the head
// is copied, up to 16 KiB.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "chunked_decoder.hpp"

namespace sse::bench {

/// What every WebSocket of ours asks with (the example of RFC 6455, section 1.3): nothing in between caches
/// here.
constexpr std::string_view websocket_key = "dGhlIHNhbXBsZSBub25jZQ==";

class ResponseDecoder {
 public:
  /// `bytes` must stay until next() has returned an empty view; only then is the next feed allowed.
  void feed(std::string_view bytes);

  /// The next piece of the body; empty: all is consumed, or the response has ended, or has failed.
  std::string_view next() noexcept;

  /// The head is there: status() and is_event_stream() may be asked.
  bool has_head() const noexcept { return state_ != State::head && state_ != State::failed; }
  int status() const noexcept { return status_; }
  bool is_event_stream() const noexcept { return is_event_stream_; }
  /// 101, with the one answer to `websocket_key`; what follows is the body.
  bool is_websocket() const noexcept { return status_ == 101 && is_websocket_; }
  /// The server did not say that it closes after this response.
  bool keeps_connection() const noexcept { return keeps_connection_; }

  /// The body has ended by its own framing; more bytes would be another response.
  bool finished() const noexcept { return state_ == State::finished || chunks_.finished(); }
  /// This is no HTTP response, or its chunks are broken.
  bool failed() const noexcept { return state_ == State::failed || chunks_.failed(); }
  /// Whether the response is whole if the connection closes now.
  bool whole_at_close() const noexcept { return finished() || state_ == State::until_close; }

 private:
  enum class State { head, chunked, sized, until_close, finished, failed };

  void take_head();
  bool take_status_line(std::string_view line);
  bool take_header(std::string_view line);

  std::string head_;
  std::string_view body_;
  ChunkedDecoder chunks_;
  std::uint64_t left_ = 0;
  State state_ = State::head;
  State framing_ = State::until_close;
  int status_ = 0;
  bool is_event_stream_ = false;
  bool is_websocket_ = false;
  bool keeps_connection_ = true;
};

}  // namespace sse::bench
