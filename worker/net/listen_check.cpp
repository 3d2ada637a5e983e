#include "net/listen_check.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "net/listen_address.hpp"

namespace worker::net {
namespace {

ListenProblem taken(const std::string& address) {
  return {false,
          fmt::format("another process is listening on {}; stop it, unless it is this worker", address)};
}

std::optional<ListenProblem> unix_problem(const std::string& path) {
  const auto address = unix_address(path);
  if (!address) return ListenProblem{true, address.error()};
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0) {
    if (!S_ISSOCK(status.st_mode)) {
      return ListenProblem{true, fmt::format("{} exists and is not a socket; choose another path", path)};
    }
    if (is_listened_on(address.value())) return taken(path);
  }
  if (auto problem = socket_folder_problem(path)) return ListenProblem{true, std::move(*problem)};
  return std::nullopt;
}

std::optional<ListenProblem> tcp_problem(const std::string& text) {
  const auto address = tcp_address(text);
  if (!address) return ListenProblem{true, address.error()};
  const auto& wanted = *address.value();
  const auto fd = tcp_socket(wanted);
  // The check binds the socket but does not listen on it: nobody can connect.
  if (fd && ::bind(fd.get(), wanted.ai_addr, wanted.ai_addrlen) == 0) return std::nullopt;
  switch (errno) {
    case EADDRINUSE:
      return taken(text);
    case EADDRNOTAVAIL:
      return ListenProblem{true, fmt::format("{} is not an address of this machine; use one that is, such as "
                                             "127.0.0.1:{}",
                                             text, text.substr(text.rfind(':') + 1))};
    case EACCES:
      return ListenProblem{
          true, fmt::format("user {} may not listen on {}; use a port above 1023", ::geteuid(), text)};
    default:
      return ListenProblem{true, fmt::format("cannot listen on {}: {}", text, error_text(errno))};
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
    return fmt::format("the socket's folder {}: {}", folder, error_text(errno));
  }
  if (!S_ISDIR(status.st_mode)) return fmt::format("{} is not a folder; choose another path", folder);
  if (::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) == 0) return std::nullopt;
  return fmt::format(
      "user {} may not make a socket in {} ({}); choose another folder, or make this one the user's",
      ::geteuid(), folder, error_text(errno));
}

std::optional<ListenProblem> listen_problem(const ListenSettings& settings) {
  if (settings.address.empty()) return std::nullopt;
  return is_unix_path(settings.address) ? unix_problem(settings.address) : tcp_problem(settings.address);
}

}  // namespace worker::net
