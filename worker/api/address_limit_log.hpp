// AddressLimitLog: says in the log what streams.per_address_max refused, and where it limits nobody. Asked to
// look about once a second; a flood of refusals is one line a minute. Owned by main. Usable from every
// thread.
#pragma once

#include <chrono>
#include <mutex>

#include "api/stream_slots.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"

namespace worker::api {

class AddressLimitLog {
 public:
  static constexpr std::chrono::seconds interval{60};

  /// Both must outlive it.
  AddressLimitLog(StreamSlots& slots, base::Log& log) : slots_(slots), log_(log) {}

  void look(base::Instant now);

 private:
  void tell_refusals(base::Instant now);
  void tell_uncounted();

  StreamSlots& slots_;
  base::Log& log_;
  std::mutex mutex_;
  // Guarded by mutex_.
  base::Instant next_{};  // no line about refusals before it
  AddressCounts::Report untold_;
  bool uncounted_told_ = false;
};

}  // namespace worker::api
