// Http2Stream: a channel that is one stream of an HTTP/2 connection, which it may share with others. Which
// one, its pool says at each opening.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "channel.hpp"
#include "frame_decoder.hpp"

namespace sse::bench {

class Http2Connection;
class Http2Pool;

class Http2Stream final : public Channel {
 public:
  Http2Stream(Http2Pool& pool, Owner& owner) noexcept : pool_(pool), owner_(owner) {}
  Http2Stream(const Http2Stream&) = delete;
  Http2Stream& operator=(const Http2Stream&) = delete;

  void open(const Target& target, const std::optional<in_addr>& source) override;
  void close() override;
  int status() const noexcept override { return status_; }

  // For the connection, which knows of it from its request to the end of the stream.

  /// Its number was given.
  void requested(Http2Connection& connection, std::int32_t number) noexcept;
  void take_head(int status, bool is_event_stream);
  void take_body(std::string_view piece);
  /// The connection has forgotten it. `whole`: by the server's word.
  void finish(bool whole);
  /// The connection has forgotten it, and failed.
  void fail(Ending ending);

 private:
  void end(Ending ending);

  Http2Pool& pool_;
  Owner& owner_;
  Http2Connection* connection_ = nullptr;  // none while closed
  std::int32_t number_ = 0;
  int status_ = 0;
  bool begun_ = false;
  FrameDecoder frames_;
};

}  // namespace sse::bench
