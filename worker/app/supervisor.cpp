#include "app/supervisor.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <system_error>

#include "base/unique_fd.hpp"

namespace worker::app {
namespace {

// A loop sends: it must not stop for a supervisor that does not read.
constexpr timeval send_time_max{.tv_sec = 1, .tv_usec = 0};

std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }

}  // namespace

std::string Supervisor::inherited_address() {
  const char* text = std::getenv("NOTIFY_SOCKET");  // NOLINT(concurrency-mt-unsafe): start-up, one thread
  return text == nullptr ? std::string() : std::string(text);
}

void Supervisor::ready(std::string_view status) const {
  send(fmt::format("READY=1\nSTATUS={}", first_line(status)));
}

void Supervisor::status(std::string_view status) const { send(fmt::format("STATUS={}", first_line(status))); }

void Supervisor::send(std::string_view message) const {
  if (address_.empty()) return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (address_.size() >= sizeof address.sun_path)
    return logger_.warn("cannot notify the supervisor: NOTIFY_SOCKET is too long");
  std::ranges::copy(address_, address.sun_path);
  if (address_.front() == '@') address.sun_path[0] = '\0';
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
  const base::UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &send_time_max, sizeof send_time_max);
  const auto sent = ::sendto(socket.get(), message.data(), message.size(), MSG_NOSIGNAL,
                             reinterpret_cast<const sockaddr*>(&address), size);
  if (sent < 0) {
    logger_.warn("cannot notify the supervisor: address=\"{}\" error=\"{}\"", address_,
                 std::generic_category().message(errno));
  }
}

}  // namespace worker::app
