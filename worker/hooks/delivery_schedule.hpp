// DeliverySchedule: what the notifier does next: send a delivery, or wait; and what becomes of an attempt. It
// does no I/O. One thread.
//
// One delivery at a time, so the receiver gets everything in order. A delivery is repeated, the same each
// time, until it is accepted or Settings::retry_max is over. Then it is given up: the receiver is told
// everything anew, with the states of that moment.
#pragma once

#include <optional>
#include <string>

#include "base/backoff.hpp"
#include "base/clock.hpp"
#include "base/logger.hpp"
#include "hooks/answer.hpp"
#include "hooks/delivery.hpp"
#include "hooks/metrics.hpp"
#include "hooks/readers.hpp"
#include "hooks/settings.hpp"

namespace worker::hooks {

class DeliverySchedule {
 public:
  /// Bounds of the pause after a failure.
  static constexpr std::chrono::milliseconds pause_max{30'000};
  static constexpr std::chrono::seconds retry_after_max{300};

  struct Step {
    /// To be sent now, and answered with on_answer().
    const Delivery* send = nullptr;
    /// Otherwise: wait until then; none: for ever.
    std::optional<base::Instant> until{};
    /// The wait ends earlier where something is due.
    bool for_more = false;
  };

  /// All that is borrowed outlives it. `random` is used by this thread alone.
  DeliverySchedule(Readers& readers, const base::Clock& clock, base::Random& random, base::Logger& logger,
                   Metrics& metrics);

  Step next(const Settings& settings);
  void on_answer(const Answer& answer, const Settings& settings);
  /// Events `opened` and `closed` of a delivery that is neither accepted nor given up.
  std::size_t unsettled_events() const { return delivery_ ? delivery_->content.stream_events.size() : 0; }

 private:
  void on_failure(const Answer& answer, const Settings& settings);

  Readers& readers_;
  const base::Clock& clock_;
  base::Logger& logger_;
  Metrics& metrics_;
  base::Backoff backoff_;
  std::optional<Delivery> delivery_{};
  base::Instant first_attempt_{};
  base::Instant last_accepted_;
  std::optional<base::Instant> paused_until_{};
  std::string last_reason_{};  // of a failure; empty after a success
};

}  // namespace worker::hooks
