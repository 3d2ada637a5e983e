// Probe: asks, in an order in which each answer says what can be asked next. Owned by main(); one thread.
// Ends within the time of the options, whatever the other side does; what it could not look at is not in the
// observations.
#pragma once

#include <string>

#include "base/clock.hpp"
#include "probe/asker.hpp"
#include "probe/observations.hpp"
#include "probe/options.hpp"

namespace worker::probe {

class Probe {
 public:
  /// All is borrowed. `mark`: random, so that no other probe has the same.
  Probe(const Options& options, const Secrets& secrets, std::string mark, const base::Clock& clock);

  Observations run();

 private:
  /// Follows redirects; the answer behind them is the main one.
  void ask_first();
  void look_at_certificate();
  void ask_health();
  void ask_versions();
  void ask_events();
  void ask_cursors();
  void ask_as_origin();
  void stay_idle();

  std::string topic() const { return options_.topic.empty() ? mark_ : options_.topic; }

  const Options& options_;
  const Secrets& secrets_;
  const std::string mark_;
  const base::Clock& clock_;
  Asker asker_;
  Observations seen_;
  std::string base_;  // the last address, without topics
};

}  // namespace worker::probe
