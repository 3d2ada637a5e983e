// Retention: how long entries are retained: the bounds, the age of entries, and the followers that have not
// read them yet. It decides, History evicts. A value; the log guards it.
#pragma once

#include <optional>
#include <vector>

#include "log/read.hpp"
#include "log/settings.hpp"

namespace worker::log {

class Retention {
 public:
  Retention(const Settings& settings, const base::Clock& clock) : settings_(settings), clock_(&clock) {}

  const Settings& settings() const { return settings_; }

  /// What it has not read is not evicted. It outlives this.
  void follow(const Follower& follower) { followers_.push_back(&follower); }
  /// All followers have read the entries up to here; the greatest sequence if there are none.
  Sequence read_through() const;

  /// The clock that dated the restored entries says `now`, Unix time, and is believed from here on. Before,
  /// because it may be wrong where it has just started, they are as old as Entry::at() says, which is no
  /// older than they are.
  void trust_clock(std::chrono::milliseconds now) { trusted_clock_ = {now, clock_->now()}; }
  std::chrono::milliseconds age_of(const Entry& entry) const;
  /// `oldest`, the oldest of entries that take `bytes` together, is too old, or they take too much.
  bool is_over(const Entry& oldest, std::size_t bytes) const {
    return bytes > settings_.bytes_max || age_of(oldest) > settings_.age_max;
  }

 private:
  friend class History;  // its other parts have bounds, too: see History::update()
  void update(const Settings& settings) { settings_ = settings; }

  // One moment by both clocks: ages grow with the steady one alone.
  struct ClockReading {
    std::chrono::milliseconds wall;
    base::Instant at;
  };

  Settings settings_;
  const base::Clock* clock_;
  std::optional<ClockReading> trusted_clock_;
  std::vector<const Follower*> followers_;
};

}  // namespace worker::log
