#include "net/listen_check.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <memory>
#include <system_error>

#include "base/unique_fd.hpp"

namespace worker::net {
namespace {

std::string reason(int error) { return std::generic_category().message(error); }

ListenProblem taken(const std::string& address) {
  return {false,
          fmt::format("another process is listening on {}; stop it, unless it is this worker", address)};
}

std::optional<ListenProblem> unix_problem(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    return ListenProblem{true, fmt::format("{} is longer than the {} bytes a Unix socket's path may have",
                                           path, sizeof address.sun_path - 1)};
  }
  path.copy(address.sun_path, path.size());
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0) {
    if (!S_ISSOCK(status.st_mode)) {
      return ListenProblem{true, fmt::format("{} exists and is not a socket; choose another path", path)};
    }
    const base::UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ||
        errno != ECONNREFUSED)
      return taken(path);
  }
  if (auto problem = socket_folder_problem(path)) return ListenProblem{true, std::move(*problem)};
  return std::nullopt;
}

std::optional<ListenProblem> tcp_problem(const std::string& text) {
  const auto colon = text.rfind(':');
  auto host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
  addrinfo* found = nullptr;
  if (colon == std::string::npos ||
      ::getaddrinfo(host.c_str(), text.c_str() + colon + 1, &hints, &found) != 0)
    return ListenProblem{true, fmt::format("{} is neither a path nor ADDRESS:PORT", text)};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, &::freeaddrinfo);
  const base::UniqueFd fd(::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  // Bound, but never listening: nobody can connect.
  if (fd && ::bind(fd.get(), found->ai_addr, found->ai_addrlen) == 0) return std::nullopt;
  switch (errno) {
    case EADDRINUSE:
      return taken(text);
    case EADDRNOTAVAIL:
      return ListenProblem{true,
                           fmt::format("{} is not an address of this machine; take one that is, such as "
                                       "127.0.0.1:{}",
                                       text, text.substr(colon + 1))};
    case EACCES:
      return ListenProblem{
          true, fmt::format("user {} may not listen on {}; take a port above 1023", ::geteuid(), text)};
    default:
      return ListenProblem{true, fmt::format("{} cannot be listened on: {}", text, reason(errno))};
  }
}

}  // namespace

std::optional<std::string> socket_folder_problem(const std::string& path) {
  const auto parent = std::filesystem::path(path).parent_path();
  const auto folder = parent.empty() ? std::string(".") : parent.string();
  struct stat status {};
  if (::stat(folder.c_str(), &status) != 0) {
    if (errno == ENOENT)
      return fmt::format("there is no folder {} for the socket; make it, or choose another path", folder);
    return fmt::format("the socket's folder {}: {}", folder, reason(errno));
  }
  if (!S_ISDIR(status.st_mode)) return fmt::format("{} is not a folder; choose another path", folder);
  if (::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) == 0) return std::nullopt;
  return fmt::format(
      "user {} may not make a socket in {} ({}); choose another folder, or make this one the user's",
      ::geteuid(), folder, reason(errno));
}

std::optional<ListenProblem> listen_problem(const ListenSettings& settings) {
  if (settings.address.empty()) return std::nullopt;
  return settings.address.find('/') != std::string::npos ? unix_problem(settings.address)
                                                         : tcp_problem(settings.address);
}

}  // namespace worker::net
