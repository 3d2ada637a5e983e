#include "net/listening_socket.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

#include "base/account.hpp"
#include "base/number.hpp"
#include "net/listen_address.hpp"
#include "net/listen_check.hpp"

namespace worker::net {
namespace {

bool is_listening(int fd) {
  int listening = 0;
  socklen_t size = sizeof listening;
  return ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0 && listening != 0;
}

// sd_listen_fds(3), without libsystemd: the variables are for this process only if LISTEN_PID is its id.
bool has_listen_fds() {
  const auto number = [](const char* name) {
    const char* text = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): start-up, one thread
    return text == nullptr ? 0 : base::parse_number<long>(text).value_or(0);
  };
  return number("LISTEN_PID") == ::getpid() && number("LISTEN_FDS") >= 1;
}

// Removes a socket at `path` that no process listens on. Fails if anything else is there.
base::Result<void, std::string> clear_stale(const std::string& key, const std::string& path,
                                            const sockaddr_un& address) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return base::success();
  if (!S_ISSOCK(status.st_mode)) {
    return base::failure(
        fmt::format("{}: {} exists and is not a socket; remove it, or choose another path", key, path));
  }
  if (is_listened_on(address)) {
    return base::failure(fmt::format("{}: another process is listening on {}; stop it first", key, path));
  }
  if (::unlink(path.c_str()) != 0) {
    return base::failure(
        fmt::format("{}: cannot remove the stale socket {}: {}", key, path, error_text(errno)));
  }
  return base::success();
}

}  // namespace

base::Result<ListeningSocket, std::string> ListeningSocket::find(const ListenSettings& settings) {
  if (is_listening(STDIN_FILENO)) return prepared(base::UniqueFd(STDIN_FILENO), "descriptor 0");
  constexpr int first_passed = 3;
  if (has_listen_fds() && is_listening(first_passed)) {
    return prepared(base::UniqueFd(first_passed), "LISTEN_FDS");
  }
  if (settings.address.empty()) {
    return base::failure(
        std::string("no listening socket: start the worker with spawn-fcgi (spawn-fcgi -s "
                    "/run/sse-worker/sse-worker.sock -- "
                    "sse-worker "
                    "--config FILE), with a systemd socket unit, or set `listen:` in the configuration"));
  }
  return is_unix_path(settings.address) ? bind_unix(settings) : bind_tcp(settings);
}

base::Result<ListeningSocket, std::string> ListeningSocket::taken_over(base::UniqueFd fd,
                                                                       std::string made_path) {
  if (!is_listening(fd.get()))
    return base::failure(std::string("a socket that was taken over does not listen"));
  auto taken = prepared(std::move(fd), made_path.empty() ? "takeover" : made_path);
  if (taken) taken.value().made_path_ = std::move(made_path);
  return taken;
}

ListeningSocket::~ListeningSocket() { close(); }

void ListeningSocket::close() {
  if (fd_ && !made_path_.empty()) ::unlink(made_path_.c_str());
  fd_.reset();
}

base::Result<ListeningSocket, std::string> ListeningSocket::bind_unix(const ListenSettings& settings) {
  const auto& path = settings.address;
  const auto fail = [&](const std::string& why) { return base::failure(settings.key + ": " + why); };
  const auto wanted = unix_address(path);
  if (!wanted) return fail(wanted.error());
  const auto& address = wanted.value();
  if (auto cleared = clear_stale(settings.key, path, address); !cleared)
    return base::failure(std::move(cleared).error());
  base::UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  // The mask, not a later chmod: the socket must not be open to others even for a moment.
  const mode_t before = ::umask(0777U & ~settings.mode);
  const bool bound = fd && ::bind(fd.get(), generic(address), sizeof address) == 0;
  const int error = errno;
  ::umask(before);
  if (!bound) {
    return fail(
        socket_folder_problem(path).value_or(fmt::format("cannot bind {}: {}", path, error_text(error))));
  }
  ListeningSocket made(std::move(fd), path);
  made.made_path_ = path;
  if (const auto problem = base::give_file(path, settings.owner, settings.group)) return fail(*problem);
  if (::listen(made.descriptor(), settings.backlog) != 0)
    return fail(fmt::format("cannot listen on {}: {}", path, error_text(errno)));
  return made;
}

base::Result<ListeningSocket, std::string> ListeningSocket::bind_tcp(const ListenSettings& settings) {
  const auto& text = settings.address;
  const auto address = tcp_address(text);
  if (!address) return base::failure("listen: " + address.error());
  const auto& wanted = *address.value();
  auto fd = tcp_socket(wanted);
  if (!fd || ::bind(fd.get(), wanted.ai_addr, wanted.ai_addrlen) != 0 ||
      ::listen(fd.get(), settings.backlog) != 0) {
    return base::failure(fmt::format("listen: cannot listen on {}: {}", text, error_text(errno)));
  }
  return prepared(std::move(fd), text);
}

base::Result<ListeningSocket, std::string> ListeningSocket::prepared(base::UniqueFd fd, std::string origin) {
  // The acceptor must never wait in accept: another worker on the same socket may have accepted the
  // connection.
  const int flags = ::fcntl(fd.get(), F_GETFL);
  if (flags < 0 || ::fcntl(fd.get(), F_SETFL, flags | O_NONBLOCK) != 0 ||
      ::fcntl(fd.get(), F_SETFD, FD_CLOEXEC) != 0) {
    return base::failure(fmt::format("cannot use {}: {}", origin, error_text(errno)));
  }
  return ListeningSocket(std::move(fd), std::move(origin));
}

}  // namespace worker::net
