#include "connection.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace fuzz {
namespace {

// A peer that takes nothing must not keep a connection, and with it the whole run, for ever.
constexpr std::chrono::milliseconds sending_max{2000};

bool would_block() { return errno == EAGAIN || errno == EINTR; }

}  // namespace

Connection::~Connection() { ::close(fd_); }

Outcome Connection::parted() const {
  if (finished_sending_ && script_.parting == Parting::half_closed) return Outcome::forgotten;
  return received_ > 0 ? Outcome::answered : Outcome::left;
}

Outcome Connection::step(Clock::time_point now) {
  if (leaves_at_ == Clock::time_point::max()) leaves_at_ = now + sending_max;
  while (sent_ < script_.bytes.size()) {
    const ssize_t n = ::send(fd_, script_.bytes.data() + sent_, script_.bytes.size() - sent_, MSG_NOSIGNAL);
    if (n < 0 && !would_block()) return dropped();
    if (n < 0) return now >= leaves_at_ ? parted() : Outcome::going_on;
    sent_ += static_cast<std::size_t>(n);
  }
  if (!finished_sending_) {
    finished_sending_ = true;
    leaves_at_ = now + script_.patience;
    if (script_.parting == Parting::at_once) return parted();
    if (script_.parting == Parting::half_closed) ::shutdown(fd_, SHUT_WR);
  }
  std::array<char, 16384> buffer;
  while (script_.parting != Parting::silent) {
    const ssize_t n = ::recv(fd_, buffer.data(), buffer.size(), 0);
    if (n < 0 && would_block()) break;
    if (n <= 0) return dropped();
    received_ += static_cast<std::size_t>(n);
  }
  return now >= leaves_at_ ? parted() : Outcome::going_on;
}

int open_connection(const sockaddr_un& address) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
  const int error = errno;
  ::close(fd);
  errno = error;
  return -1;
}

}  // namespace fuzz
