// Hooks: composes the hooks of a process: who reads, and the thread that tells it. Owned by Services. Thread
// of the signals only, but for what readers() gives.
#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/logger.hpp"
#include "hooks/metrics.hpp"
#include "hooks/notifier.hpp"
#include "hooks/readers.hpp"
#include "hooks/settings.hpp"

namespace worker::app {

/// Why hooks cannot work on this machine, as a sentence; none where they can, or are off.
std::optional<std::string> hooks_problem(const hooks::Settings& settings);

class Hooks {
 public:
  /// `listening`: the socket of the web server, which tells workers of one machine apart. Where hooks are on,
  /// this loads libcurl; throws std::runtime_error where it cannot. All that is borrowed outlives it.
  Hooks(const hooks::Settings& settings, int listening, const base::Clock& clock, base::Logger& logger,
        hooks::Metrics& metrics);

  hooks::Readers& readers() { return readers_; }
  /// Once the signals are blocked on the calling thread.
  void start();
  void update(const hooks::Settings& settings);
  /// Once no stream is open any more.
  void stop();

 private:
  hooks::Readers readers_;
  std::optional<hooks::Notifier> notifier_;  // none where hooks are off
};

}  // namespace worker::app
