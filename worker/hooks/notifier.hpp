// Notifier: the thread that delivers hooks. Owned by main. Usable from the thread that made it.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <thread>

#include "base/clock.hpp"
#include "base/logger.hpp"
#include "base/random.hpp"
#include "hooks/curl_library.hpp"
#include "hooks/delivery_schedule.hpp"
#include "hooks/metrics.hpp"
#include "hooks/poster.hpp"
#include "hooks/readers.hpp"
#include "hooks/settings.hpp"

namespace worker::hooks {

class Notifier {
 public:
  static constexpr std::chrono::milliseconds stop_max{2'000};

  /// All that is borrowed outlives it. `seed`: of its random pauses.
  Notifier(const CurlLibrary& curl, const Settings& settings, Readers& readers, const base::Clock& clock,
           std::uint64_t seed, base::Logger& logger, Metrics& metrics);
  /// As stop().
  ~Notifier() { stop(); }
  Notifier(const Notifier&) = delete;
  Notifier& operator=(const Notifier&) = delete;

  /// Begins to deliver.
  void start();
  /// All but the keys that Readers::update() leaves as they are.
  void update(const Settings& settings);
  /// Lets the attempt under way end, tells the receiver that this worker has no readers any more, and ends
  /// the thread. Each of the two takes at most `stop_max`. Nothing is delivered afterwards.
  void stop();

 private:
  bool is_stopping() const;
  void run();
  void run_last(Settings settings);
  Answer attempt(const Delivery& delivery, const Settings& settings);
  Settings settings() const;

  Readers& readers_;
  const base::Clock& clock_;
  base::Logger& logger_;
  base::Random random_;
  DeliverySchedule schedule_;  // of the thread
  Poster poster_;              // of the thread
  // When attempts have to end; never while the worker serves.
  std::atomic<base::Instant> stops_at_{base::Instant::max()};
  mutable std::mutex mutex_;
  Settings settings_;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace worker::hooks
