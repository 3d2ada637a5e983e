#include "app/rosters.hpp"

namespace worker::app {
namespace {

// Another worker's readers wait for it, and then for what is told once a second.
constexpr std::chrono::milliseconds announcement_interval{200};

}  // namespace

Rosters::Rosters(const presence::Settings& settings, const store::StorageSettings& storage,
                 const base::Clock& clock)
    : all_(settings, clock) {
  if (all_.enabled() && storage.kind == store::StorageSettings::Kind::redis)
    own_.emplace(settings, clock, presence::Roster::default_leaving_max, announcement_interval);
}

}  // namespace worker::app
