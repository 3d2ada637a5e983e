#include "silent_peers.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

namespace sse::bench {
namespace {

using namespace std::string_view_literals;

// Long enough that a server which closes at once is not a busy loop here, short enough that the pressure
// stays.
constexpr auto reopen_after = std::chrono::milliseconds(50);

// What a peer says before it falls silent (FastCGI specification, section 3.3: version, type, request id,
// content length, padding length, reserved; then the content).
constexpr std::array beginnings = {
    ""sv,
    ""sv,
    // half a header
    "\1\1\0\1"sv,
    // the header of BEGIN_REQUEST, and 3 of its 8 bytes
    "\1\1\0\1\0\10\0\0\0\1\0"sv,
    // BEGIN_REQUEST for a responder, then PARAMS that promise 4096 bytes and give 8
    "\1\1\0\1\0\10\0\0\0\1\0\0\0\0\0\0\1\4\0\1\20\0\0\0\14\5QUERY_"sv,
};

}  // namespace

SilentPeers::SilentPeers(Poller& poller, std::string path, std::size_t count)
    : poller_(poller), path_(std::move(path)) {
  for (std::size_t i = 0; i < count; ++i) {
    Peer& peer = peers_.emplace_back(*this, beginnings[i % beginnings.size()]);
    openings_.push_back({Instant::min(), &peer});
  }
}

Instant SilentPeers::tick(Instant now) {
  while (!openings_.empty() && openings_.front().at <= now) {
    Peer& peer = *openings_.front().peer;
    openings_.pop_front();
    peer.open();
  }
  return openings_.empty() ? Instant::max() : openings_.front().at;
}

void SilentPeers::open_later(Peer& peer) { openings_.push_back({Clock::now() + reopen_after, &peer}); }

void SilentPeers::Peer::open() {
  Connected made = connect_unix(all_.path_);
  if (!made.socket) {
    ++all_.figures_.refused;
    all_.open_later(*this);
    return;
  }
  socket_ = std::move(made.socket);
  ++all_.figures_.opened;
  ++all_.figures_.held;
  all_.figures_.held_most = std::max(all_.figures_.held_most, all_.figures_.held);
  if (!says_.empty()) send(socket_.fd(), says_.data(), says_.size(), MSG_NOSIGNAL);
  all_.poller_.watch(socket_.fd(), EPOLLIN, *this);
}

void SilentPeers::Peer::on_ready(std::uint32_t /*events*/) {
  const auto buffer = all_.poller_.receive_buffer();
  const auto count = recv(socket_.fd(), buffer.data(), buffer.size(), 0);
  if (count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR))) return;
  socket_.close();
  --all_.figures_.held;
  ++all_.figures_.closed_by_server;
  all_.open_later(*this);
}

}  // namespace sse::bench
