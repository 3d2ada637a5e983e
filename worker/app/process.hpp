// Process: a worker from its start to its end. Composes the reactors and what serves the process as a whole,
// and decides what a signal does. Made and run by main, on the thread that gets the signals.
#pragma once

#include <optional>
#include <string>

#include "app/housekeeping.hpp"
#include "app/presence.hpp"
#include "app/reactors.hpp"
#include "app/reload.hpp"
#include "app/services.hpp"
#include "app/supervisor.hpp"
#include "app/takeover.hpp"

namespace worker::app {

class Process {
 public:
  /// `file`: the configuration; empty where there is none. `image`: of the process before; none where this
  /// one was started anew. All that is borrowed outlives it.
  Process(const config::Config& config, const std::string& file, Program program,
          std::optional<TakeoverImage> image, ListeningSockets& sockets, Services& services);

  /// Serves until a signal ends the worker, and closes the store; returns the exit status. Once only.
  int run();

 private:
  void announce();
  void on_signal(int signal);
  void end(int signal);

  const config::Config& config_;
  const std::string& file_;
  std::optional<TakeoverImage> image_;
  ListeningSockets& sockets_;
  Services& services_;
  Reactors reactors_;
  const Housekeeping housekeeping_;
  Presence presence_;
  Reload reload_;
  const Supervisor supervisor_;
  Takeover takeover_;
  bool ending_ = false;
};

}  // namespace worker::app
