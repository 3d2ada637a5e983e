#include "api/stream/slots.hpp"

namespace worker::api {

base::Result<StreamSlots::Slot, StreamSlots::Refused> StreamSlots::take(
    const std::optional<http::Network>& network, base::Instant now, std::string_view subject) {
  ++used_;
  Slot slot(*this);  // gives back what it has where the request is refused
  if (network) {
    const auto added = addresses_.add(*network, now);
    if (!added) return base::failure(Refused{Refused::Reason::address_full, added.error().recent});
    slot.address_ = added.value();
  }
  if (!subject.empty()) {
    const auto added = subjects_.add(subject, now);
    if (!added) return base::failure(Refused{Refused::Reason::subject_full, added.error().recent});
    slot.subject_ = added.value();
  }
  if (used_ <= limit_) return slot;
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

StreamSlots::Refused StreamSlots::templates_full(base::Instant now) {
  const std::lock_guard lock(refusals_mutex_);
  return {Refused::Reason::templates_full, refusals_.add(now)};
}

std::size_t StreamSlots::uncounted() const {
  const auto counted = addresses_.streams();
  const std::size_t used = used_;
  return used > counted ? used - counted : 0;  // another thread may change one between the two reads
}

void StreamSlots::give_back(const Slot& slot) {
  if (slot.address_ != nullptr) addresses_.remove(*slot.address_);
  if (slot.subject_ != nullptr) subjects_.remove(*slot.subject_);
  --used_;
}

}  // namespace worker::api
