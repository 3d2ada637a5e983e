// LocalAcceptor: accepts connections to the local publish socket on one loop, and owns them. Several loops
// may share the listening socket. Loop thread only, except for the constructor and the destructor.
//
// Without descriptors or memory, accepting pauses for a moment; new connections wait in the kernel's backlog.
#pragma once

#include <functional>

#include "base/random.hpp"
#include "local/local_publisher.hpp"
#include "net/loop.hpp"
#include "net/timer.hpp"

namespace worker::local {

class LocalAcceptor final : public net::Watcher {
 public:
  struct Retry {
    std::chrono::milliseconds least, most;
  };

  /// `listening` is non-blocking and stays the caller's; -1 for no socket. `stall`: how long a peer may read
  /// nothing of its answers. All that is borrowed outlives the acceptor.
  LocalAcceptor(net::Loop& loop, int listening, const api::PublishStreamContext& publish,
                api::PublishPlaces& places, std::chrono::milliseconds stall, base::Random& random);
  ~LocalAcceptor();

  void start();
  /// Accepts nothing more, until start(). Call it before the listening socket is closed, because another
  /// socket may get its number. The open streams continue.
  void stop();
  void update(std::chrono::milliseconds stall) { stall_watch_.set_bound(stall); }
  /// Stops accepting. Ends the streams once the store has answered, and tells each peer to come back after a
  /// delay from `retry`. Calls `done` when the last one is closed.
  void drain(Retry retry, std::function<void()> done);

 private:
  using Publishers = boost::intrusive::list<
      LocalPublisher,
      boost::intrusive::member_hook<LocalPublisher, LocalPublisher::Hook, &LocalPublisher::hook>,
      boost::intrusive::constant_time_size<false>>;

  void on_ready(Ready ready) override;
  void add(base::UniqueFd socket);
  void destroy_later(LocalPublisher& publisher);

  net::Loop& loop_;
  const int listening_;
  api::PublishPlaces& places_;
  base::Random& random_;
  net::StallWatch stall_watch_;
  LocalContext context_;
  bool accepting_ = false;
  net::Timer resume_;
  Publishers publishers_;
  std::function<void()> on_drained_;
};

}  // namespace worker::local
