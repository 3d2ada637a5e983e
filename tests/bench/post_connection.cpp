#include "post_connection.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace sse::bench {

void PostConnection::post(std::string request) {
  request_ = std::move(request);
  unsent_ = request_;
  response_ = {};
  body_.clear();
  under_way_ = true;
  if (!socket_) {
    Connected made = connect_tcp(to_, std::nullopt);
    if (!made.socket) return fail(ending_of(made.error));
    socket_ = std::move(made.socket);
    poller_.watch(socket_.fd(), EPOLLIN, *this);
    waits_writable_ = false;
  }
  if (const int error = send_request(); error != 0) fail(ending_of(error));
}

void PostConnection::on_ready(std::uint32_t events) {
  if (!socket_) return;
  if ((events & EPOLLOUT) != 0) {
    if (const int error = send_request(); error != 0) return fail(ending_of(error));
  }
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) receive();
}

int PostConnection::send_request() noexcept {
  const auto sent = send(socket_.fd(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN && errno != EINTR) return errno;
  if (sent > 0) unsent_.remove_prefix(static_cast<std::size_t>(sent));
  if (waits_writable_ == unsent_.empty()) {
    waits_writable_ = !unsent_.empty();
    poller_.change(socket_.fd(), waits_writable_ ? EPOLLIN | EPOLLOUT : EPOLLIN, *this);
  }
  return 0;
}

void PostConnection::receive() {
  const auto buffer = poller_.receive_buffer();
  const auto count = recv(socket_.fd(), buffer.data(), buffer.size(), 0);
  if (count > 0) return take({buffer.data(), static_cast<std::size_t>(count)});
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  // Between two requests the server may close as it likes.
  if (!under_way_) return socket_.close();
  if (count == 0 && response_.has_head() && response_.whole_at_close()) return succeed();
  fail(count < 0 ? ending_of(errno) : response_.has_head() ? Ending::cut_body : Ending::reset);
}

void PostConnection::take(std::string_view bytes) {
  if (!under_way_) return socket_.close();  // an answer to nothing
  response_.feed(bytes);
  for (auto piece = response_.next(); !piece.empty(); piece = response_.next()) body_ += piece;
  if (response_.failed()) return fail(Ending::bad_response);
  if (response_.finished()) succeed();
}

void PostConnection::succeed() {
  under_way_ = false;
  if (!response_.keeps_connection() || !response_.finished()) socket_.close();
  owner_.on_answer(*this, response_.status(), body_);
}

void PostConnection::fail(Ending ending) {
  under_way_ = false;
  socket_.close();
  owner_.on_failure(*this, ending);
}

}  // namespace sse::bench
