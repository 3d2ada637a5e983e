// Poller: reports to watchers when their sockets can be read from or written to. One epoll set that a Loop
// watches as a single descriptor. Loop thread only. Watchers are borrowed: remove() before the watcher is
// destroyed.
//
// Why not one Asio descriptor per socket: a stream is silent for nearly all of its life, and Asio keeps a
// locked state block and a pending operation for each; once it has waited for writability, it also wakes up
// each time the peer reads. Here a socket costs no memory outside the kernel, and writability is reported
// only while it is wanted.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstddef>

#include "base/unique_fd.hpp"
#include "net/loop_thread.hpp"
#include "net/turn.hpp"

namespace worker::net {

class Watcher {
 public:
  struct Ready {
    bool readable;  // also if the peer has closed the connection
    bool writable;
    bool hung_up;  // the peer has closed the connection, or its side of it: reading reaches an end
  };
  /// May remove any watcher from the poller, but must not destroy one before the turn is over.
  virtual void on_ready(Ready ready) = 0;

 protected:
  ~Watcher() = default;
};

class Poller {
 public:
  /// `edge`: reports each change once, so the watcher reads until there is nothing more. `level`: reports in
  /// every turn as long as the socket is ready.
  enum class Trigger { edge, level };

  /// Throws std::system_error if the kernel gives no epoll descriptor (start-up only).
  explicit Poller(const LoopThread& thread = LoopThread::none());

  /// False if the kernel refuses to watch another descriptor (memory, fs.epoll.max_user_watches).
  [[nodiscard]] bool add(int fd, Watcher& watcher, Trigger trigger);
  /// Sets whether an edge-triggered `fd` also reports writability; reports at once if it is writable now.
  void want_writable(int fd, Watcher& watcher, bool wanted);
  /// The watcher is not called after this, not even for events that the kernel has reported already.
  void remove(int fd, Watcher& watcher);

  /// Reports again what `fd` is ready for, as if it had just become ready. For a watcher that stops before it
  /// has read everything, so that other sockets are served.
  void again(int fd, Watcher& watcher, bool writable_wanted) { want_writable(fd, watcher, writable_wanted); }

  /// Calls one batch of ready watchers, or as many of them as fit into the turn; never waits. True if some of
  /// the batch are left for the next call; descriptor() stays readable while others are ready.
  bool dispatch(const Turn& turn);
  /// Readable when a watcher is ready.
  int descriptor() const { return epoll_.get(); }

 private:
  const LoopThread& thread_;
  base::UniqueFd epoll_;
  std::array<epoll_event, 256> batch_{};
  std::size_t next_ = 0;  // the next one of the batch to be called
  std::size_t count_ = 0;
};

}  // namespace worker::net
