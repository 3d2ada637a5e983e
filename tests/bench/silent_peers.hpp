// SilentPeers: pressure on a FastCGI listener by peers that connect and then say nothing, or stop in the
// middle of a record. Each is opened again a moment after the server has closed it, so that the pressure
// stays. Loop thread only; the poller outlives it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "poller.hpp"
#include "socket.hpp"

namespace sse::bench {

class SilentPeers {
 public:
  struct Figures {
    std::uint64_t opened = 0;
    /// The server had enough of them.
    std::uint64_t closed_by_server = 0;
    /// Backlog full, or no listener.
    std::uint64_t refused = 0;
    std::uint64_t held = 0;
    std::uint64_t held_most = 0;
  };

  /// `path`: the listener's Unix socket. Nothing is opened yet.
  SilentPeers(Poller& poller, std::string path, std::size_t count);

  /// Opens those whose time has come. Returns when to be called again; Instant::max() when all are held.
  Instant tick(Instant now);

  bool all_held() const noexcept { return figures_.held == peers_.size(); }
  const Figures& figures() const noexcept { return figures_; }
  std::size_t asked() const noexcept { return peers_.size(); }

 private:
  class Peer final : public PollHandler {
   public:
    Peer(SilentPeers& all, std::string_view says) noexcept : all_(all), says_(says) {}
    void open();

   private:
    void on_ready(std::uint32_t events) override;

    SilentPeers& all_;
    const std::string_view says_;
    Socket socket_;
  };

  struct Opening {
    Instant at;
    Peer* peer;
  };

  void open_later(Peer& peer);

  Poller& poller_;
  const std::string path_;
  std::deque<Peer> peers_;        // a deque, because peers are watched by address
  std::deque<Opening> openings_;  // in the order of their time
  Figures figures_;
};

}  // namespace sse::bench
