// Revocations: subjects whose grants an operator has declared invalid for a time (POST /control). Kept in
// memory: each worker has its own, and forgets them when it ends; a takeover carries them on. Usable from
// every thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"

namespace worker::api {

class Revocations {
 public:
  static constexpr std::size_t subjects_max = 100'000;

  explicit Revocations(const base::Clock& clock) : clock_(clock) {}

  /// From now on until `time` is over; an earlier call for the subject is replaced. False, and nothing
  /// changes, where there are subjects_max others.
  bool revoke(std::string_view subject, std::chrono::seconds time);
  /// All that are in force, with the moment at which they end.
  std::vector<std::pair<std::string, base::Instant>> all() const;
  /// Those of a process before; at most subjects_max are kept.
  void add(const std::vector<std::pair<std::string, base::Instant>>& those);
  /// False for an empty subject.
  bool is_revoked(std::string_view subject) const;

 private:
  void forget_old(base::Instant now);

  const base::Clock& clock_;
  mutable std::mutex mutex_;
  std::map<std::string, base::Instant, std::less<>> until_;  // guarded by mutex_
};

}  // namespace worker::api
