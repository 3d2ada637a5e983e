// AddressLimitLog: logs the refusals by streams.per_address_max, and that it does not apply to some streams.
// report_if_due() is to be called about once a second; it logs refusals at most once a minute. Owned by Services.
// Usable from every thread.
#pragma once

#include <chrono>
#include <mutex>

#include "api/stream/slots.hpp"
#include "base/clock.hpp"
#include "base/logger.hpp"

namespace worker::api {

class AddressLimitLog {
 public:
  static constexpr std::chrono::seconds interval{60};

  /// Both must outlive it.
  AddressLimitLog(StreamSlots& slots, base::Logger& logger) : slots_(slots), logger_(logger) {}

  void report_if_due(base::Instant now);

 private:
  void log_refusals(base::Instant now);
  void log_uncounted();

  StreamSlots& slots_;
  base::Logger& logger_;
  std::mutex mutex_;
  // Guarded by mutex_.
  base::Instant next_{};  // earliest time of the next line about refusals
  AddressCounts::Report unreported_;
  bool uncounted_logged_ = false;
};

}  // namespace worker::api
