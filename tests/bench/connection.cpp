#include "connection.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace sse::bench {
void Connection::open(const sockaddr_in& to, const std::optional<in_addr>& source, std::string request) {
  response_ = {};
  frames_ = {};
  request_ = std::move(request);
  unsent_ = request_;
  Connected made = connect_tcp(to, source);
  if (!made.socket) return end(ending_of(made.error));
  socket_ = std::move(made.socket);
  // Over loopback the handshake is often done by now, which saves a turn through epoll.
  if (const int error = send_request(); error != 0) return end(ending_of(error));
  poller_.watch(socket_.fd(), unsent_.empty() ? EPOLLIN : EPOLLIN | EPOLLOUT, *this);
}

void Connection::on_ready(std::uint32_t events) {
  if (!socket_) return;
  if ((events & EPOLLOUT) != 0 && !unsent_.empty()) {
    if (const int error = send_request(); error != 0) return end(ending_of(error));
    if (unsent_.empty()) poller_.change(socket_.fd(), EPOLLIN, *this);
  }
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) receive();
}

int Connection::send_request() noexcept {
  const auto sent = send(socket_.fd(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
  if (sent < 0) return errno == EAGAIN || errno == EINTR ? 0 : errno;
  unsent_.remove_prefix(static_cast<std::size_t>(sent));
  return 0;
}

void Connection::receive() {
  const auto buffer = poller_.receive_buffer();
  const auto count = recv(socket_.fd(), buffer.data(), buffer.size(), 0);
  if (count > 0) return decode({buffer.data(), static_cast<std::size_t>(count)});
  if (count == 0) return server_closed();
  if (errno != EAGAIN && errno != EINTR) end(ending_of(errno));
}

void Connection::decode(std::string_view bytes) {
  owner_.on_bytes(bytes.size());
  const bool had_head = response_.has_head();
  response_.feed(bytes);
  if (!had_head && response_.has_head()) {
    if (response_.status() != 200) return end(Ending::bad_status);
    if (!response_.is_event_stream()) return end(Ending::bad_response);
  }
  for (auto piece = response_.next(); !piece.empty(); piece = response_.next()) {
    frames_.feed(piece);
    while (const Frame* frame = frames_.next()) {
      owner_.on_frame(*frame);
      if (!socket_) return;
    }
  }
  if (response_.failed()) return end(Ending::bad_response);
  if (response_.finished()) server_closed();
}

void Connection::server_closed() {
  if (!response_.whole_at_close()) return end(response_.has_head() ? Ending::cut_body : Ending::reset);
  end(frames_.mid_frame() ? Ending::cut_mid_frame : Ending::completed);
}

void Connection::end(Ending ending) {
  socket_.close();
  owner_.on_end(ending);
}

}  // namespace sse::bench
