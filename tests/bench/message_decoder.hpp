// MessageDecoder: what a WebSocket server sends after the upgrade (RFC 6455, section 5), as the bytes come:
// each text or binary message is a Frame with data alone. No I/O; what has to be said back (pong, close) is
// left in replies(). As strict as the standard, so that a server's mistake shows; after one it stays failed.
// A message that lies whole in the bytes fed is handed out as a view into them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "frame.hpp"

namespace sse::bench {

class MessageDecoder {
 public:
  /// `bytes` must stay until next() has returned nullptr; only then is the next feed allowed.
  void feed(std::string_view bytes) noexcept { input_ = bytes; }

  /// The next whole message, or nullptr when all bytes are consumed, or the peer has closed, or has failed.
  const Frame* next();

  /// Frames to be sent, masked as a client's must be.
  std::string take_replies() noexcept;

  /// The peer said that it closes.
  bool finished() const noexcept { return state_ == State::finished; }
  bool failed() const noexcept { return state_ == State::failed; }
  /// The connection would be cut within a message if it ended now.
  bool mid_frame() const noexcept { return header_size_ > 0 || left_ > 0 || in_message_; }

 private:
  enum class State { header, payload, finished, failed };

  bool take_header();
  bool accept_header(std::uint8_t first, std::uint8_t second);
  std::string_view take_payload() noexcept;
  void end_control();

  std::string_view input_;
  State state_ = State::header;
  std::array<std::uint8_t, 10> header_{};  // the longest a server may send: it does not mask
  std::size_t header_size_ = 0;
  std::uint64_t left_ = 0;
  std::uint8_t opcode_ = 0;
  bool final_ = false;
  bool in_message_ = false;  // a message was begun by an earlier frame, which was not its last
  std::string held_;         // of that message, or of a frame that was cut by the end of a feed
  bool data_is_held_ = false;
  std::string control_;
  std::string replies_;
  Frame frame_;
};

}  // namespace sse::bench
