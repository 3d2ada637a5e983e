// Connection: one HTTP request for an event stream, and its answer decoded down to frames. Loop thread only.
// Belongs to its owner, who outlives it. Every failure ends in exactly one on_end, with the connection closed
// by then; close() by the owner ends it without. May be opened again after its end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "frame_decoder.hpp"
#include "poller.hpp"
#include "response_decoder.hpp"
#include "socket.hpp"
#include "target.hpp"

namespace sse::bench {

enum class Ending {
  /// The response ended by its own framing, between two frames.
  completed,
  /// The same, but behind a blank line that never came.
  cut_mid_frame,
  /// The connection closed before the response was whole.
  cut_body,
  connect_refused,
  reset,
  no_local_port,
  no_descriptor,
  /// Anything but 200.
  bad_status,
  /// 200, but no event stream, or no proper HTTP.
  bad_response,
  other_failure
};

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

  /// `target` must stay until the request is sent. May call on_end before it returns.
  void open(const Target& target, const std::optional<in_addr>& source);
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
  std::string_view unsent_;
  ResponseDecoder response_;
  FrameDecoder frames_;
};

}  // namespace sse::bench
