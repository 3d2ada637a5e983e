// Connection: a channel that is one connection of HTTP/1.1, with one request for events by any of the
// protocols, and what is answered decoded down to frames. A long poll asks again on the same connection, as
// long as the server keeps it.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "channel.hpp"
#include "frame_decoder.hpp"
#include "message_decoder.hpp"
#include "poll_decoder.hpp"
#include "poller.hpp"
#include "protocol.hpp"
#include "response_decoder.hpp"
#include "transport.hpp"

namespace sse::bench {

class Connection final : public Channel, private Transport::Owner {
 public:
  /// `pause`: once the reader is taken in, the connection takes nothing for so long after each read.
  Connection(Poller& poller, Channel::Owner& owner, Protocol protocol,
             std::chrono::milliseconds pause = {}) noexcept
      : owner_(owner), protocol_(protocol), pause_(pause), transport_(poller, *this) {}

  void open(const Target& target, const std::optional<in_addr>& source) override;
  void close() override { transport_.close(); }
  int status() const noexcept override { return response_.status(); }

 private:
  void on_received(std::string_view bytes) override;
  void on_closed() override;
  void on_failed(Ending ending) override { owner_.on_end(ending); }
  std::string request();
  void start();
  bool is_proper_answer() const noexcept;
  void begin();
  template <class Decoder>
  void hand_out(Decoder& decoder);
  void take(FrameDecoder& frames, std::string_view piece);
  void take(MessageDecoder& messages, std::string_view piece);
  void take(PollDecoder& poll, std::string_view piece);
  void answered();
  void poll_answered(PollDecoder& poll);
  void end(Ending ending);

  Channel::Owner& owner_;
  const Protocol protocol_;
  const std::chrono::milliseconds pause_;
  const Target* target_ = nullptr;
  std::optional<in_addr> source_;
  bool begun_ = false;
  Transport transport_;
  ResponseDecoder response_;
  std::variant<FrameDecoder, MessageDecoder, PollDecoder> decoder_;
};

}  // namespace sse::bench
