// Connection: one HTTP request for an event stream, and its answer decoded down to frames. Loop thread only.
// Belongs to its owner, who outlives it. Every failure ends in exactly one on_end, with the connection closed
// by then; close() by the owner ends it without. May be opened again after its end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ending.hpp"
#include "frame_decoder.hpp"
#include "poller.hpp"
#include "response_decoder.hpp"
#include "socket.hpp"

namespace sse::bench {

class Connection final : private PollHandler {
 public:
  class Owner {
   public:
    /// So many bytes have come, head and chunk framing included; their frames follow.
    virtual void on_bytes(std::size_t count) = 0;
    /// May close the connection.
    virtual void on_frame(const Frame& frame) = 0;
    /// May open the connection again.
    virtual void on_end(Ending ending) = 0;

   protected:
    ~Owner() = default;
  };

  Connection(Poller& poller, Owner& owner) noexcept : poller_(poller), owner_(owner) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// May call on_end before it returns.
  void open(const sockaddr_in& to, const std::optional<in_addr>& source, std::string request);
  void close() noexcept { socket_.close(); }

  /// Of the answer; 0 before its head has come.
  int status() const noexcept { return response_.status(); }

 private:
  void on_ready(std::uint32_t events) override;
  int send_request() noexcept;
  void receive();
  void decode(std::string_view bytes);
  void server_closed();
  void end(Ending ending);

  Poller& poller_;
  Owner& owner_;
  Socket socket_;
  std::string request_;
  std::string_view unsent_;  // of request_
  ResponseDecoder response_;
  FrameDecoder frames_;
};

}  // namespace sse::bench
