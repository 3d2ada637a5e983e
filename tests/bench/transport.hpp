// Transport: the bytes of one connection, over TLS where its target wants that. Sends what the socket takes,
// keeps the rest until it takes more, and hands over what comes. Loop thread only; poller and owner outlive
// it. Every failure, and the other side's end, is told exactly once, with the transport closed by then;
// close() by the owner tells nothing. May be opened again, also within a call to its owner.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ending.hpp"
#include "poller.hpp"
#include "socket.hpp"
#include "target.hpp"
#include "tls_session.hpp"

namespace sse::bench {

class Transport final : private PollHandler {
 public:
  class Owner {
   public:
    /// They are gone when the call returns.
    virtual void on_received(std::string_view bytes) = 0;
    /// The other side will send nothing more.
    virtual void on_closed() = 0;
    virtual void on_failed(Ending ending) = 0;

   protected:
    ~Owner() = default;
  };

  Transport(Poller& poller, Owner& owner) noexcept : poller_(poller), owner_(owner) {}
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  /// Connects, and sends `first`. May call its owner before it returns.
  void open(const Target& target, const std::optional<in_addr>& source, std::string_view first);
  bool is_open() const noexcept { return static_cast<bool>(socket_); }
  /// While open. May call its owner before it returns.
  void write(std::string_view bytes);
  /// While open, and without TLS: nothing more will be written, and the other side is to know when it has
  /// all.
  void finish();
  /// From now on it takes nothing for so long after each read.
  void pause_after_reads(std::chrono::milliseconds time) noexcept { pause_ = time; }
  void close() noexcept;

 private:
  void on_ready(std::uint32_t events) override;
  void receive();
  void decrypt(std::string_view bytes);
  void send_output();
  void send(std::string_view bytes);
  /// 0, or the errno of what failed.
  int send_some(std::string_view& bytes) noexcept;
  void after_sending();
  void fail(Ending ending);

  Poller& poller_;
  Owner& owner_;
  std::chrono::milliseconds pause_{};
  Socket socket_;
  std::optional<TlsSession> tls_;
  std::string unsent_;
  bool finishing_ = false;
  std::uint32_t watched_ = 0;  // events; 0: not yet
};

}  // namespace sse::bench
