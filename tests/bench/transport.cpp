#include "transport.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace sse::bench {

void Transport::open(const Target& target, const std::optional<in_addr>& source, std::string_view first) {
  close();
  Connected made = connect_to(target.address, source);
  if (!made.socket) return fail(ending_of(made.error));
  socket_ = std::move(made.socket);
  if (target.tls) tls_.emplace(*target.tls, host_of(target));
  // Over loopback the connection is often there by now, which saves a turn through epoll.
  write(first);
}

void Transport::close() noexcept {
  socket_.close();
  tls_.reset();
  unsent_.clear();
  finishing_ = false;
  watched_ = 0;
}

void Transport::write(std::string_view bytes) {
  if (!tls_) return send(bytes);
  tls_->write(bytes);
  send_output();
}

void Transport::send_output() {
  const std::string output = tls_->take_output();
  if (!tls_->failed()) return send(output);
  std::string_view alert = output;
  send_some(alert);
  fail(Ending::bad_tls);
}

void Transport::send(std::string_view bytes) {
  if (unsent_.empty()) {
    if (const int error = send_some(bytes); error != 0) return fail(ending_of(error));
  }
  unsent_ += bytes;
  after_sending();
}

void Transport::finish() {
  finishing_ = true;
  after_sending();
}

int Transport::send_some(std::string_view& bytes) noexcept {
  if (bytes.empty()) return 0;
  const auto sent = ::send(socket_.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent < 0) return errno == EAGAIN || errno == EINTR ? 0 : errno;
  bytes.remove_prefix(static_cast<std::size_t>(sent));
  return 0;
}

void Transport::after_sending() {
  if (finishing_ && unsent_.empty()) shutdown(socket_.fd(), SHUT_WR);
  const std::uint32_t wanted = unsent_.empty() ? EPOLLIN : EPOLLIN | EPOLLOUT;
  const std::uint32_t watched = std::exchange(watched_, wanted);
  if (watched == wanted) return;
  watched == 0 ? poller_.watch(socket_.fd(), wanted, *this) : poller_.change(socket_.fd(), wanted, *this);
}

void Transport::on_ready(std::uint32_t events) {
  if (!socket_) return;
  if (events == 0) return poller_.change(socket_.fd(), watched_, *this);  // the pause is over
  if ((events & EPOLLOUT) != 0 && !unsent_.empty()) {
    std::string_view rest = unsent_;
    if (const int error = send_some(rest); error != 0) return fail(ending_of(error));
    unsent_.erase(0, unsent_.size() - rest.size());
    after_sending();
  }
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) receive();
  if (socket_ && pause_.count() > 0) poller_.pause(socket_.fd(), pause_, *this);
}

void Transport::receive() {
  const auto buffer = poller_.receive_buffer();
  const auto count = recv(socket_.fd(), buffer.data(), buffer.size(), 0);
  if (count > 0) {
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(count));
    return tls_ ? decrypt(bytes) : owner_.on_received(bytes);
  }
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  const int error = count == 0 ? 0 : errno;
  close();
  error == 0 ? owner_.on_closed() : owner_.on_failed(ending_of(error));
}

// The owner may close the transport at any piece, and open it again: with another session, which has nothing
// to give.
void Transport::decrypt(std::string_view bytes) {
  tls_->feed(bytes);
  while (tls_) {
    const std::string_view piece = tls_->next(poller_.plain_buffer());
    if (piece.empty()) break;
    owner_.on_received(piece);
  }
  if (!tls_) return;
  if (!tls_->finished()) return send_output();
  close();
  owner_.on_closed();
}

void Transport::fail(Ending ending) {
  close();
  owner_.on_failed(ending);
}

}  // namespace sse::bench
