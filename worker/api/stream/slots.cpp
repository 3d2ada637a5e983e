#include "api/stream/slots.hpp"

namespace worker::api {

base::Result<StreamSlots::Slot, StreamSlots::Refused> StreamSlots::take(const http::RemoteAddress& address,
                                                                        base::Instant now) {
  AddressCounts::Entry* counted = nullptr;
  if (const auto network = address.network()) {
    const auto added = addresses_.add(*network, now);
    if (!added) return base::failure(Refused{Refused::Reason::address_full, added.error().recent});
    counted = added.value();
  }
  if (++used_ <= limit_) return Slot(*this, counted);
  give_back(counted);
  const std::lock_guard lock(refusals_mutex_);
  return base::failure(Refused{Refused::Reason::all_taken, refusals_.add(now)});
}

base::Result<base::ByteBudget::Reservation, StreamSlots::Refused> StreamSlots::take_bytes(std::size_t bytes,
                                                                                          base::Instant now) {
  base::ByteBudget::Reservation share(&subscriptions_);
  if (share.reserve(bytes)) return share;
  const std::lock_guard lock(refusals_mutex_);
  return base::failure(Refused{Refused::Reason::subscriptions_full, refusals_.add(now)});
}

std::size_t StreamSlots::uncounted() const {
  const auto counted = addresses_.streams();
  const std::size_t used = used_;
  return used > counted ? used - counted : 0;  // another thread may change one between the two reads
}

void StreamSlots::give_back(AddressCounts::Entry* address) {
  if (address != nullptr) addresses_.remove(*address);
  --used_;
}

}  // namespace worker::api
