#include "net/outbox.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace worker::net {
namespace {

constexpr int flags = MSG_NOSIGNAL | MSG_DONTWAIT;

template <class Send>
std::ptrdiff_t repeated(const Send& send) {
  for (;;) {
    const auto sent = send();
    if (sent >= 0) return sent;
    if (errno == EINTR) continue;
    // ENOBUFS: the kernel is short of memory for this socket; as with EAGAIN, the caller keeps the bytes.
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS ? 0 : -1;
  }
}

std::ptrdiff_t send_pieces(int socket, iovec* pieces, std::size_t count) {
  msghdr message{};
  message.msg_iov = pieces;
  message.msg_iovlen = count;
  return repeated([&] { return ::sendmsg(socket, &message, flags); });
}

}  // namespace

// For one piece send() is cheaper: it does not copy in and check a list of pieces.
std::ptrdiff_t send_some(int socket, const char* data, std::size_t size) {
  return repeated([&] { return ::send(socket, data, size, flags); });
}

void Outbox::push(base::Bytes bytes, std::size_t offset) {
  if (offset >= bytes->size()) return;
  // An offset other than 0 is what a direct send left; the outbox is empty then.
  if (pieces_.empty()) first_offset_ = offset;
  size_bytes_ += bytes->size() - offset;
  pieces_.push_back(std::move(bytes));
}

std::vector<std::pair<base::Bytes, std::size_t>> Outbox::pieces() const {
  std::vector<std::pair<base::Bytes, std::size_t>> pieces;
  for (const auto& piece : pieces_) pieces.emplace_back(piece, pieces.empty() ? first_offset_ : 0);
  return pieces;
}

Outbox::Flushed Outbox::flush(int socket) {
  while (!pieces_.empty()) {
    std::array<iovec, 64> vector;
    const auto count = std::min(pieces_.size(), vector.size());
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t offset = i == 0 ? first_offset_ : 0;
      vector[i] = {const_cast<char*>(pieces_[i]->data()) + offset, pieces_[i]->size() - offset};
    }
    const auto sent = send_pieces(socket, vector.data(), count);
    if (sent < 0) return Flushed::broken;
    if (sent == 0) return Flushed::blocked;
    drop(static_cast<std::size_t>(sent));
  }
  return Flushed::all;
}

void Outbox::drop(std::size_t sent) {
  size_bytes_ -= sent;
  while (sent > 0) {
    const auto left = pieces_.front()->size() - first_offset_;
    if (sent < left) {
      first_offset_ += sent;
      return;
    }
    sent -= left;
    first_offset_ = 0;
    pieces_.pop_front();
  }
}

}  // namespace worker::net
