// PublishRate: bounds the events that one subject of a grant (access/grant.hpp) publishes in a second. Shared
// by all loops; usable from every thread.
//
// A subject may publish the events of one second at once. A batch with more than that is admitted where the
// subject has not published within its last second, because a batch is admitted or refused as a whole; then
// the subject waits until its average is within the bound again.
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
  /// Subjects that are known at once. A subject is forgotten as soon as it is within its bound.
  static constexpr std::size_t subjects_max = 100'000;

  /// `per_second` events for each subject; 0: without limit.
  explicit PublishRate(std::size_t per_second) : per_second_(per_second) {}
  void set_limit(std::size_t per_second) { per_second_ = per_second; }

  /// Counts `events` of `subject`. Otherwise how long it has to wait; nothing is counted then. Without a
  /// subject nothing is counted.
  std::optional<std::chrono::milliseconds> refuse(std::string_view subject, std::size_t events,
                                                  base::Instant now);
  /// The same for events that cannot be refused any more: counts them, and says how long the subject has to
  /// wait before its next ones; none: it need not.
  std::optional<std::chrono::milliseconds> charge(std::string_view subject, std::size_t events,
                                                  base::Instant now);

 private:
  // Until when the subject has used up its bound, or null where there is no room for another. Under mutex_.
  base::Instant* used_until(std::string_view subject, base::Instant now);

  std::atomic<std::size_t> per_second_;
  std::mutex mutex_;
  // When each subject will have used up, at `per_second`, what it has published. Guarded by mutex_.
  std::map<std::string, base::Instant, std::less<>> used_until_;
};

}  // namespace worker::api
