// Connection: one HTTP request for events, by any of the protocols, and what is answered decoded down to
// frames. A long poll asks again on the same connection, as long as the server keeps it. Loop thread only.
// Belongs to its owner, who outlives it. Every failure ends in exactly one on_end, with the connection closed
// by then; close() by the owner ends it without. May be opened again after its end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "ending.hpp"
#include "frame_decoder.hpp"
#include "message_decoder.hpp"
#include "poll_decoder.hpp"
#include "poller.hpp"
#include "protocol.hpp"
#include "response_decoder.hpp"
#include "socket.hpp"

namespace sse::bench {

class Connection final : private PollHandler {
 public:
  class Owner {
   public:
    /// So many bytes have come, head and chunk framing included; their frames follow.
    virtual void on_bytes(std::size_t count) = 0;
    /// The server has taken the reader in: the first bytes of an event stream, the upgrade to a WebSocket,
    /// the first answer to a poll.
    virtual void on_begin() = 0;
    /// May close the connection.
    virtual void on_frame(const Frame& frame) = 0;
    /// A poll was answered: the next request.
    virtual std::string next_poll() = 0;
    /// May open the connection again.
    virtual void on_end(Ending ending) = 0;

   protected:
    ~Owner() = default;
  };

  /// `pause`: after each read it takes nothing for so long.
  Connection(Poller& poller, Owner& owner, Protocol protocol, std::chrono::milliseconds pause = {}) noexcept
      : poller_(poller), owner_(owner), protocol_(protocol), pause_(pause) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// May call on_end before it returns.
  void open(const sockaddr_in& to, const std::optional<in_addr>& source, std::string request);
  void close() noexcept { socket_.close(); }

  /// Of the answer; 0 before its head has come.
  int status() const noexcept { return response_.status(); }

 private:
  void on_ready(std::uint32_t events) override;
  void start(std::string request);
  int send_request() noexcept;
  void say(std::string_view bytes);
  void receive();
  void decode(std::string_view bytes);
  bool is_proper_answer() const noexcept;
  void begin();
  template <class Decoder>
  void hand_out(Decoder& decoder);
  void take(FrameDecoder& frames, std::string_view piece);
  void take(MessageDecoder& messages, std::string_view piece);
  void take(PollDecoder& poll, std::string_view piece);
  void answered();
  void poll_answered(PollDecoder& poll);
  void server_closed();
  void end(Ending ending);

  Poller& poller_;
  Owner& owner_;
  const Protocol protocol_;
  const std::chrono::milliseconds pause_;
  sockaddr_in to_{};
  std::optional<in_addr> source_;
  bool begun_ = false;
  Socket socket_;
  std::string request_;
  std::string_view unsent_;  // of request_
  ResponseDecoder response_;
  std::variant<FrameDecoder, MessageDecoder, PollDecoder> decoder_;
};

}  // namespace sse::bench
