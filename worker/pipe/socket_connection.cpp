#include "pipe/socket_connection.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>
#include <vector>

namespace worker::pipe {
namespace {

constexpr std::size_t read_bytes = 65'536;

std::string defaults_line(const Options& options) {
  auto members = nlohmann::ordered_json::object();
  for (const auto& [name, value] : stream_parameters(options)) {
    if (name == "topic") {
      members[name].push_back(value);
    } else {
      members[name] = value;
    }
  }
  nlohmann::ordered_json line;
  line["defaults"] = std::move(members);
  return line.dump() + "\n";
}

std::string said(int error) { return std::generic_category().message(error); }

// Why connect() has failed. A worker that is being started has no socket yet, or one that it does not serve.
Ending failed(int error) {
  const bool absent = error == ENOENT || error == ENOTDIR || error == EACCES || error == EPERM;
  // Its backlog is full.
  if (error == EAGAIN) return {Ending::Kind::lost, "too many programs connect to it"};
  return {absent ? Ending::Kind::absent : Ending::Kind::lost, said(error)};
}

}  // namespace

SocketConnection::SocketConnection(const Options& options, Unanswered& lines)
    : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)),
      lines_(lines),
      defaults_(defaults_line(options)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  options.socket.copy(address.sun_path, sizeof address.sun_path - 1);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): what connect() takes
  if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ending_ = failed(errno);
    return;
  }
  is_open_ = true;
}

void SocketConnection::wait(std::span<pollfd> others, std::chrono::milliseconds timeout) {
  send();
  std::vector<pollfd> all(others.begin(), others.end());
  const bool writes = has_unsent() && !is_shut_;
  all.push_back({socket_.get(), static_cast<short>(writes ? POLLIN | POLLOUT : POLLIN), 0});
  if (::poll(all.data(), all.size(), static_cast<int>(timeout.count())) < 0) return;
  for (std::size_t i = 0; i < others.size(); ++i) others[i].revents = all[i].revents;
  if ((all.back().revents & POLLOUT) != 0) send();
  if ((all.back().revents & ~POLLOUT) != 0) receive();
}

void SocketConnection::send() {
  while (!is_shut_ && has_unsent()) {
    const std::string_view bytes = defaults_.empty() ? lines_.unsent() : std::string_view(defaults_);
    const auto sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    // The worker has closed the connection. What it said before is still to be read.
    if (sent < 0) is_shut_ = true;
    if (sent < 0) return;
    const auto size = static_cast<std::size_t>(sent);
    if (defaults_.empty()) {
      lines_.mark_sent(size);
    } else {
      defaults_.erase(0, size);
    }
  }
  if (!finishes_ || is_shut_) return;
  is_shut_ = true;
  ::shutdown(socket_.get(), SHUT_WR);
}

// As much as one turn should: the answers are looked at before more is read.
void SocketConnection::receive() {
  std::array<char, read_bytes> bytes;
  const auto size = ::recv(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
  if (size > 0) {
    received_.append(bytes.data(), static_cast<std::size_t>(size));
  } else if (size == 0) {
    ending_ = finishes_ ? Ending{Ending::Kind::complete, {}}
                        : Ending{Ending::Kind::lost, "the worker closed the connection"};
  } else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
    ending_ = Ending{Ending::Kind::lost, said(errno)};
  }
}

}  // namespace worker::pipe
