// Health: whether a store can keep events, why not, and how long it waits before it tries again. It logs when
// the reason changes. Usable from every thread; the thread that writes, or reads, the database reports to it.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/logger.hpp"
#include "base/random.hpp"

namespace worker::store {

class Health {
 public:
  /// Bounds of the pause before a retry: it begins with `first` and doubles with each failure up to
  /// `longest`.
  struct Pauses {
    std::chrono::milliseconds first;
    std::chrono::milliseconds longest;
  };

  /// With `jitter` each pause is a random time between half of it and all of it, so that workers that failed
  /// together do not retry together.
  /// `store`: its kind, for the log.
  Health(std::string_view store, base::Logger& logger, const Pauses& pauses,
         std::optional<base::Random> jitter = std::nullopt)
      : store_(store), logger_(logger), pauses_(pauses), jitter_(jitter) {}

  bool healthy() const;
  /// As a sentence; none while it is healthy.
  std::optional<std::string> unavailable_reason() const;
  /// Logs the reason unless the last failure had the same one.
  void on_failed(const std::string& reason);
  /// Logs that, with `field` (`path=…`), if it was unhealthy.
  void on_recovered(const std::string& field);
  /// How long to wait now before the next try; 0 while it is healthy.
  std::chrono::milliseconds retry_pause();

 private:
  const std::string store_;
  base::Logger& logger_;
  const Pauses pauses_;
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::optional<base::Random> jitter_;
  std::optional<std::string> reason_;
  std::chrono::milliseconds pause_{0};
};

}  // namespace worker::store
