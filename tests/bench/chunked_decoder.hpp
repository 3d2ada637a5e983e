// ChunkedDecoder: the chunked transfer coding of HTTP/1.1 (RFC 9112, section 7.1), decoded as the bytes come.
// No I/O, no copies and no allocation: what comes out are views into what went in. It is as strict as the
// standard (CR LF, at least one digit, no overflow), so that a server's mistake shows; after one it stays
// failed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sse::bench {

class ChunkedDecoder {
 public:
  /// `bytes` must stay until next() has returned an empty view; only then is the next feed allowed.
  void feed(std::string_view bytes) noexcept { input_ = bytes; }

  /// The next piece of the body, at most one chunk. Empty: all is consumed, or the body has ended, or has
  /// failed.
  std::string_view next() noexcept;

  /// The last chunk and the trailer have been seen; bytes after them are left alone.
  bool finished() const noexcept { return state_ == State::finished; }
  bool failed() const noexcept { return state_ == State::failed; }

 private:
  enum class State {
    size_first,
    size,
    extension,
    size_lf,
    data,
    data_cr,
    data_lf,
    trailer_start,
    trailer,
    trailer_end_lf,
    finished,
    failed
  };

  State after(char byte) noexcept;
  State after_size_digit(char byte) noexcept;

  std::string_view input_;
  std::uint64_t left_ = 0;
  State state_ = State::size_first;
};

}  // namespace sse::bench
