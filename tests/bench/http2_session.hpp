// Http2Session: the client's half of one HTTP/2 connection (RFC 9113), without I/O: bytes in, what they say
// about the streams out, and the other way round. nghttp2 does the work. Its windows are those of Chromium,
// so that a reader is held back here no earlier than there. Loop thread only; the owner outlives it.
#pragma once

#include <nghttp2/nghttp2.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace sse::bench {

/// A GET for an event stream.
struct Http2Request {
  std::string_view scheme;
  std::string_view authority;
  /// With its query.
  std::string_view path;
  /// Becomes last-event-id; empty: none.
  std::string_view cursor;
};

class Http2Session {
 public:
  /// Called within feed() and take_output(). May request and cancel, but not destroy the session.
  class Owner {
   public:
    virtual void on_head(std::int32_t stream, int status, bool is_event_stream) = 0;
    virtual void on_body(std::int32_t stream, std::string_view piece) = 0;
    /// `whole`: by the server's word; else it was reset, or cancelled.
    virtual void on_stream_end(std::int32_t stream, bool whole) = 0;

   protected:
    ~Owner() = default;
  };

  /// There is something to send. Throws std::bad_alloc.
  explicit Http2Session(Owner& owner);
  Http2Session(const Http2Session&) = delete;
  Http2Session& operator=(const Http2Session&) = delete;

  /// The number of its stream. To be asked for only while accepts_requests().
  std::int32_t request(const Http2Request& request);
  /// At most once, and not after its end.
  void cancel(std::int32_t stream) noexcept;
  /// The server has not said that it is going away.
  bool accepts_requests() const noexcept;

  /// Nothing may be fed once it is over.
  void feed(std::string_view bytes);
  /// Bytes for the wire, which are gone from here.
  std::string take_output();
  /// What came is not HTTP/2, or the server has gone away and no stream is left. To be asked when all output
  /// is taken.
  bool over() const noexcept;

 private:
  struct Events;

  Owner& owner_;
  std::unique_ptr<nghttp2_session, void (*)(nghttp2_session*)> session_;
  // Of the header block at hand.
  int status_ = 0;
  bool is_event_stream_ = false;
  std::int32_t whole_ = 0;  // the latest stream that the server ended
  bool failed_ = false;
};

}  // namespace sse::bench
