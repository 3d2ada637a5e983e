// Connection: one attempt to publish, over whichever transport: it begins to connect when it is made. Owned
// by the Publisher, which destroys it when it has ended; one thread. Failures are in ending().
//
// It takes what it sends from the lines that are unanswered, and marks them as sent.
#pragma once

#include <poll.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "pipe/unanswered.hpp"

namespace worker::pipe {

/// How a connection has ended.
struct Ending {
  enum class Kind {
    complete,  // the worker has answered everything, after finish()
    lost,      // another attempt may succeed
    absent,    // there is nothing to connect to, or no right to; after the first attempt the same as lost
    denied,    // another attempt would fail, too
  };
  Kind kind;
  std::string reason;  // a clause, such as "Connection refused"
};

class Connection {
 public:
  Connection() = default;
  virtual ~Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Sends and receives until something has happened here or to `others`, whose `revents` are set, at most
  /// for `timeout`.
  virtual void wait(std::span<pollfd> others, std::chrono::milliseconds timeout) = 0;
  /// What was received since the last call.
  virtual std::string take_received() = 0;
  /// All is sent and answered, and no line follows: ends the stream well. May be called again.
  virtual void finish() = 0;
  /// The worker has taken the stream, as far as this transport tells.
  virtual bool is_open() const = 0;
  virtual std::optional<Ending> ending() const = 0;
};

/// Makes connections that send these lines. `apart`: for a single long line, see Publisher::Settings.
using Connect = std::function<std::unique_ptr<Connection>(Unanswered& lines, bool apart)>;

}  // namespace worker::pipe
