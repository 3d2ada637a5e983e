// Poller: waits for sockets, and reports to their watchers when they can be read from or written to. One
// epoll set. Loop thread only. Watchers are borrowed: remove() before the watcher is destroyed.
//
// Why no library: a stream is silent for nearly all of its life, and event libraries keep a state block and a
// pending operation for each; those that have once waited for writability also wake up each time the peer
// reads. Here a socket costs no memory outside the kernel, and writability is reported only while it is
// wanted.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstddef>
#include <optional>

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

  /// Waits until a watcher is ready, a signal was handled, or `timeout` is over; without one as long as it
  /// takes. Does not wait while some of a batch are left. True if there is a batch for dispatch().
  bool wait(std::optional<base::Instant::duration> timeout);
  /// Calls the ready watchers that wait() found, or as many of them as fit into the turn. The others stay for
  /// the next call.
  void dispatch(const Turn& turn);

 private:
  bool has_batch() const { return next_ < count_; }

  const LoopThread& thread_;
  base::UniqueFd epoll_;
  std::array<epoll_event, 256> batch_{};
  std::size_t next_ = 0;  // the next one of the batch to be called
  std::size_t count_ = 0;
};

}  // namespace worker::net
