// StallWatch: finds the peers that read nothing of what waits in their sockets. Owned by the acceptor that
// owns the sockets; loop thread only.
//
// Only full sockets are watched, in the order in which they were last checked, so that one timer serves all
// of them and checks none before it is time. A socket becomes writable when its peer has read, but the kernel
// says so only once a large part of the buffer is free: a peer that reads little would seem to stall. So each
// socket is also checked four times within the bound: its peer has read something if fewer bytes are unread
// than at the last check.
#pragma once

#include <boost/intrusive/list.hpp>
#include <chrono>
#include <functional>

#include "net/timer.hpp"

namespace worker::net {

class StallWatch {
 public:
  using Hook = boost::intrusive::list_member_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

  /// A full socket. Its connection owns this as long as the socket is full; destroying it ends the watch.
  class Watched {
   public:
    /// The watch calls `on_stall` once, and has removed this by then: `on_stall` may destroy it.
    Watched(int socket, std::function<void()> on_stall) : socket_(socket), on_stall_(std::move(on_stall)) {}
    Watched(const Watched&) = delete;
    Watched& operator=(const Watched&) = delete;

   private:
    friend class StallWatch;
    bool has_read();

    Hook hook_;
    const int socket_;
    const std::function<void()> on_stall_;
    int unread_ = 0;  // bytes in the socket, at the last check
    base::Instant checked_at_;
    base::Instant read_at_;  // the last check that found that the peer had read something
  };

  /// `bound`: how long a peer may read nothing.
  StallWatch(Timers& timers, std::chrono::milliseconds bound);

  /// Starts the bound anew: the socket is full, or is full again after its peer has read something.
  void watch(Watched& watched);
  /// Takes effect at the next check.
  void set_bound(std::chrono::milliseconds bound);

 private:
  using List = boost::intrusive::list<Watched, boost::intrusive::member_hook<Watched, Hook, &Watched::hook_>,
                                      boost::intrusive::constant_time_size<false>>;

  base::Instant::duration between_checks() const;
  void check();
  void arm();

  Timers& timers_;
  std::chrono::milliseconds bound_;
  List list_;
  Timer timer_;
};

/// Bytes in the socket that its peer has not read; 0 if the kernel does not say.
int unread_bytes(int socket);

}  // namespace worker::net
