// PublishRate: bounds the events that one subject of a grant (access/grant.hpp) publishes in a second. Shared
// by all loops; usable from every thread.
//
// A subject may publish the events of one second at once. A batch is admitted or refused as a whole, so a
// batch with more events than that is admitted if the subject has nothing left to wait for. Then the subject
// waits until its average is within the bound again.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace worker::api {

class PublishRate {
 public:
  /// How many subjects are remembered. When there are so many, those within their bound are forgotten; if
  /// that makes no room, a new subject has to wait.
  static constexpr std::size_t subjects_max = 100'000;

  /// `per_second`: events of each subject; 0: without limit.
  explicit PublishRate(std::size_t per_second) : per_second_(per_second) {}
  void set_limit(std::size_t per_second) { per_second_ = per_second; }

  /// Counts `events` of `subject` and returns none; or returns how long the subject has to wait, and counts
  /// nothing. An empty subject has no bound.
  std::optional<std::chrono::milliseconds> refuse(std::string_view subject, std::size_t events,
                                                  base::Instant now);
  /// For events that can no longer be refused: counts them, and returns how long the subject has to wait
  /// before its next ones; none: it need not wait.
  std::optional<std::chrono::milliseconds> charge(std::string_view subject, std::size_t events,
                                                  base::Instant now);

 private:
  // The element of used_until_, or null if there is no room for another. Call it under mutex_.
  base::Instant* used_until(std::string_view subject, base::Instant now);

  std::atomic<std::size_t> per_second_;
  std::mutex mutex_;
  // For each subject: the moment at which a publisher with exactly `per_second` would have published as many
  // events as it has. Guarded by mutex_.
  std::map<std::string, base::Instant, std::less<>> used_until_;
};

}  // namespace worker::api
