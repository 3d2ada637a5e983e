// Takeover: SIGUSR2. The program that is installed now takes this process over, in the middle of the streams,
// and no reader notices: it is executed in this very process, so the sockets stay open, and so does the place
// that a supervisor or systemd has for the process. There is never a second process: at each moment one
// program alone may write to a socket, and one alone has the store's files.
//
// In this order; up to step 3 whatever fails leaves everything as it was:
//
// 1. rehearsal   the program is run beside this one: does it start, know the form in which streams are handed
//                over, accept the configuration? Serving continues.
// 2. settling    no reactor accepts any more; new connections wait in the listening socket, and next requests
//                in their connections. Requests under way are answered. Streams continue, but for those that
//                cannot be carried (http::Source::can_be_carried()), which end as in a drain. At most a
//                second.
// 3. stop        the loops end. From here the readers' pause counts.
// 4. store       Store::close(): each append is stored and answered; then what was stored is sent, and those
//                answers are.
// 5. image       the state of each connection, with the bytes that its socket has not taken yet, goes into a
//                memory file (TakeoverImage). Whatever is not in it is closed by exec.
// 6. exec        The next program opens the store, continues with each stream after the event that the image
//                names, as for a client that resumes with this cursor, and accepts.
//
// If the program fails after exec, the sockets close with it, as in a crash: a supervisor starts it again,
// and the readers come back with their cursors. A torn record is then the last of its connection.
//
// Owned by Process. Thread of the signals, and of main() once the loops have ended.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/listening_sockets.hpp"
#include "app/reactors.hpp"
#include "app/rehearsal.hpp"
#include "app/services.hpp"
#include "app/supervisor.hpp"
#include "app/takeover_image.hpp"
#include "base/logger.hpp"
#include "net/background_thread.hpp"
#include "net/listening_socket.hpp"

namespace worker::app {

/// The image of the process before; none where this one was started anew. Where it cannot be read, it is
/// reported, and every descriptor but the first three is closed.
std::optional<TakeoverImage> inherited_image();
/// The socket of the web server, which the process before has left as descriptor 0.
base::Result<net::ListeningSocket, std::string> inherited_listening(const TakeoverImage& image);

class Takeover {
 public:
  /// `image`: of the process before; null for none. All that is borrowed outlives it.
  Takeover(Program program, std::string config_file, const TakeoverImage* image, Reactors& reactors,
           Services& services, const Supervisor& supervisor);

  /// SIGUSR2. Does nothing while a takeover has begun already.
  void begin();
  /// Another signal: true where the process that takes over will get it.
  bool keeps(int signal);
  /// The worker is to end; a takeover that has begun is given up.
  void cancel() { state_ = State::canceled; }
  /// For the supervisor: how many takeovers there were, how many this program has refused, and why the last
  /// one was. deploy/take-over reads it.
  std::string status() const;
  /// The loops have ended for it.
  bool is_due() const { return state_ == State::due; }

  /// Steps 4 to 6; no thread may be in a loop. Returns only if the program cannot be executed.
  void finish(const ListeningSockets& sockets);

  /// The other end: continues with the connections of the image, once the log is ready. Before the loops run.
  void continue_with(TakeoverImage image);

 private:
  enum class State : std::uint8_t { none, rehearsing, settling, due, canceled };

  void on_rehearsed(const std::optional<std::string>& problem);
  void on_settled();
  void execute(int image, int listening, const std::vector<int>& descriptors) const;

  const Program program_;
  const std::string config_file_;
  Reactors& reactors_;
  Services& services_;
  const base::Clock& clock_;
  base::Logger& logger_;
  metrics::Counter& refused_;
  metrics::Gauge& streams_;
  metrics::Gauge& pause_;
  const Supervisor& supervisor_;
  std::string last_problem_;
  std::uint64_t number_ = 0;  // of takeovers so far
  std::atomic<State> state_ = State::none;
  base::Instant begun_{};
  base::Instant stopped_{};
  std::vector<int> kept_signals_;
  net::BackgroundThread background_;
};

}  // namespace worker::app
