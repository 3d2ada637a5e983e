// StallWatch: finds the peers that take nothing of what waits for their sockets. Owned by whoever owns the
// sockets; loop thread only.
//
// Only sockets that are full are watched, in the order in which they were last looked at, so that one timer
// serves all of them and looks at nobody before it is time. A full socket that becomes writable has been
// taken from, but the kernel says so only once a large part of it is free: a peer that takes little would
// seem to stall. So each socket is also looked at four times within the bound: a peer has taken something if
// less is unread than at the last look.
#pragma once

#include <boost/intrusive/list.hpp>
#include <chrono>
#include <functional>

#include "net/timer.hpp"

namespace worker::net {

class StallWatch {
 public:
  using Hook = boost::intrusive::list_member_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

  /// A full socket. Owned by its connection as long as the socket is full; leaves the watch when destroyed.
  class Watched {
   public:
    /// `on_stall` is called once, from the watch, which has forgotten this by then: it may be destroyed.
    Watched(int socket, std::function<void()> on_stall) : socket_(socket), on_stall_(std::move(on_stall)) {}
    Watched(const Watched&) = delete;
    Watched& operator=(const Watched&) = delete;

   private:
    friend class StallWatch;
    bool has_taken();

    Hook hook_;
    const int socket_;
    const std::function<void()> on_stall_;
    int unread_ = 0;  // in the socket, at the last look
    base::Instant looked_at_;
    base::Instant took_at_;  // when it was last seen to have taken something
  };

  /// `bound`: how long a peer may take nothing.
  StallWatch(Timers& timers, std::chrono::milliseconds bound);

  /// Its socket is full, or is full again after it took something.
  void watch(Watched& watched);
  /// Has effect at the next look.
  void set_bound(std::chrono::milliseconds bound);

 private:
  using List = boost::intrusive::list<Watched, boost::intrusive::member_hook<Watched, Hook, &Watched::hook_>,
                                      boost::intrusive::constant_time_size<false>>;

  base::Instant::duration between_looks() const;
  void look();
  void arm();

  Timers& timers_;
  std::chrono::milliseconds bound_;
  List list_;
  Timer timer_;
};

/// Bytes in the socket that its peer has not read; 0 where the kernel does not say.
int unread_bytes(int socket);

}  // namespace worker::net
