// Channel: the way on which the events of one reader come, whatever is under it: a connection of its own
// (Connection), or one stream among those of an HTTP/2 connection (Http2Stream). Loop thread only. Belongs to
// its owner, who outlives it. Every failure ends in exactly one on_end, with the channel closed by then;
// close() by the owner ends it without. May be opened again after its end.
#pragma once

#include <netinet/in.h>

#include <cstddef>
#include <optional>
#include <string>

#include "ending.hpp"
#include "frame.hpp"
#include "target.hpp"

namespace sse::bench {

/// What a reader asks for now.
struct Ask {
  /// Its topics.
  std::string query;
  /// The id of the last event that it has; may be empty.
  std::string cursor;
};

class Channel {
 public:
  class Owner {
   public:
    /// With each request: a stream is one, polls are many.
    virtual Ask ask() = 0;
    /// So many bytes have come, TLS taken off; the frames in them follow. Over HTTP/1.1 head and chunk
    /// framing are included.
    virtual void on_bytes(std::size_t count) = 0;
    /// The server has taken the reader in: the first bytes of an event stream, the upgrade to a WebSocket,
    /// the first answer to a poll.
    virtual void on_begin() = 0;
    /// May close the channel.
    virtual void on_frame(const Frame& frame) = 0;
    /// May open the channel again.
    virtual void on_end(Ending ending) = 0;

   protected:
    ~Owner() = default;
  };

  virtual ~Channel() = default;

  /// May call on_end before it returns. `target` outlives the channel.
  virtual void open(const Target& target, const std::optional<in_addr>& source) = 0;
  virtual void close() = 0;
  /// Of the answer; 0 before its head has come.
  virtual int status() const noexcept = 0;
};

}  // namespace sse::bench
