// Rosters: who is present, as this worker knows it. In a cluster there is a second roster, which has this
// worker's own readers alone; that is what it announces to the others (PresenceCluster). Owned by Services,
// outlives the reactors and all visits. Usable from every thread.
#pragma once

#include <optional>

#include "presence/roster.hpp"
#include "store/settings.hpp"

namespace worker::app {

class Rosters {
 public:
  /// With Redis, and where presence is on, the workers share who is present.
  Rosters(const presence::Settings& settings, const store::StorageSettings& storage,
          const base::Clock& clock);

  bool are_shared() const { return own_.has_value(); }
  /// The readers of all workers.
  presence::Roster& all() { return all_; }
  /// The readers of this worker.
  presence::Roster& own() { return own_ ? *own_ : all_; }

 private:
  std::optional<presence::Roster> own_;  // outlives the other one
  presence::Roster all_;
};

}  // namespace worker::app
