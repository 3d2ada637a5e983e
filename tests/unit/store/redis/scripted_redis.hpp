// ScriptedRedis: a Redis that replies what a test wants, whole or not, on a Unix socket in a folder of its
// own, or on a port of 127.0.0.1. Its thread serves all connections. No redis-server is needed.
#pragma once

#include <hiredis.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/unique_fd.hpp"
#include "store/settings.hpp"
#include "support/eventually.hpp"
#include "support/temp_folder.hpp"

namespace worker::store {

class ScriptedRedis {
 public:
  /// The bytes that answer `command`, its words with blanks between them; none: the connection is closed.
  /// Called on the thread of the Redis.
  using Script = std::function<std::optional<std::string>(const std::string& command)>;

  enum class On { unix_socket, port };

  explicit ScriptedRedis(Script script, On on = On::unix_socket)
      : script_(std::move(script)), wake_(::eventfd(0, EFD_CLOEXEC)) {
    if (on == On::port) {
      listen_on_port();
    } else {
      listen();
    }
    thread_ = std::thread([this] { run(); });
  }
  ScriptedRedis(const ScriptedRedis&) = delete;
  ScriptedRedis& operator=(const ScriptedRedis&) = delete;
  ~ScriptedRedis() {
    tell(Order::end);
    thread_.join();
  }

  RedisAddress address() const {
    if (port_ != 0) return {.path = {}, .port = port_};
    return {.path = folder_.path("redis.sock")};
  }
  /// All that came, in order: commands, `+` for each new connection and `-` for each that the worker closed.
  std::vector<std::string> heard() const {
    const std::lock_guard lock(mutex_);
    return heard_;
  }
  /// Waits until it has heard `what`.
  bool hears(const std::string& what) const {
    return support::eventually([&] {
      const auto all = heard();
      return std::ranges::find(all, what) != all.end();
    });
  }
  /// Sends `bytes` to every connection, though none has asked.
  void send(const std::string& bytes) { tell(Order::send, bytes); }
  /// Closes every connection.
  void cut() { tell(Order::cut); }

 private:
  enum class Order { none, send, cut, end };
  struct FreeReader {
    void operator()(redisReader* reader) const { redisReaderFree(reader); }
  };
  struct Peer {
    base::UniqueFd socket;
    std::unique_ptr<redisReader, FreeReader> reader{redisReaderCreate()};
  };

  void listen() {
    listening_.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un name{.sun_family = AF_UNIX, .sun_path = {}};
    const auto path = address().path;
    std::memcpy(static_cast<char*>(name.sun_path), path.c_str(), path.size() + 1);
    if (::bind(listening_.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0 ||
        ::listen(listening_.get(), 8) != 0) {
      throw std::runtime_error("cannot listen on " + path);
    }
  }

  void listen_on_port() {
    listening_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof name;
    auto* const any = reinterpret_cast<sockaddr*>(&name);
    if (::bind(listening_.get(), any, sizeof name) != 0 || ::listen(listening_.get(), 8) != 0 ||
        ::getsockname(listening_.get(), any, &size) != 0) {
      throw std::runtime_error("cannot listen on a port");
    }
    port_ = ntohs(name.sin_port);
  }

  // Returns when the thread has done it.
  void tell(Order order, std::string bytes = {}) {
    {
      const std::lock_guard lock(mutex_);
      order_ = order;
      bytes_ = std::move(bytes);
    }
    ::eventfd_write(wake_.get(), 1);
    support::eventually([&] {
      const std::lock_guard lock(mutex_);
      return order_ == Order::none;
    });
  }

  void run() {
    for (bool ending = false; !ending;) {
      std::vector<pollfd> ready{{wake_.get(), POLLIN, 0}, {listening_.get(), POLLIN, 0}};
      for (const auto& peer : peers_) ready.push_back({peer.socket.get(), POLLIN, 0});
      ::poll(ready.data(), ready.size(), -1);
      std::size_t next = 2;
      std::erase_if(peers_, [&](Peer& peer) { return ready[next++].revents != 0 && !serve(peer); });
      if (ready[1].revents != 0) {
        note("+");
        peers_.push_back({base::UniqueFd(::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC))});
      }
      if (ready[0].revents != 0) ending = obey();
    }
  }

  // False: the connection ends.
  bool serve(Peer& peer) {
    std::array<char, 4'096> buffer{};
    const auto size = ::recv(peer.socket.get(), buffer.data(), buffer.size(), 0);
    if (size <= 0) {
      note("-");
      return false;
    }
    redisReaderFeed(peer.reader.get(), buffer.data(), static_cast<std::size_t>(size));
    for (;;) {
      void* command = nullptr;
      if (redisReaderGetReply(peer.reader.get(), &command) != REDIS_OK || command == nullptr) return true;
      const auto words = text_of(*static_cast<redisReply*>(command));
      freeReplyObject(command);
      const auto reply = script_(words);
      note(words);
      if (!reply) return false;
      ::send(peer.socket.get(), reply->data(), reply->size(), MSG_NOSIGNAL);
    }
  }
  static std::string text_of(const redisReply& command) {
    std::string text;
    for (std::size_t i = 0; i < command.elements; ++i)
      text.append(i == 0 ? "" : " ").append(command.element[i]->str, command.element[i]->len);
    return text;
  }

  bool obey() {
    eventfd_t count = 0;
    ::eventfd_read(wake_.get(), &count);
    const std::lock_guard lock(mutex_);
    if (order_ == Order::send) {
      for (const auto& peer : peers_) ::send(peer.socket.get(), bytes_.data(), bytes_.size(), MSG_NOSIGNAL);
    }
    if (order_ == Order::cut) peers_.clear();
    return std::exchange(order_, Order::none) == Order::end;
  }

  void note(const std::string& what) {
    const std::lock_guard lock(mutex_);
    heard_.push_back(what);
  }

  const support::TempFolder folder_;
  const Script script_;
  const base::UniqueFd wake_;
  base::UniqueFd listening_;
  std::uint16_t port_ = 0;
  std::vector<Peer> peers_;  // of the thread
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::vector<std::string> heard_;
  Order order_ = Order::none;
  std::string bytes_;

  std::thread thread_;
};

}  // namespace worker::store
