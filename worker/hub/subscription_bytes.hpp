// SubscriptionBytes: the memory that a subscription takes. Pure.
#pragma once

#include <cstddef>

#include "log/subscription.hpp"

namespace worker::hub {

/// In bytes: one cohort, and its names in the routes. Subscribers with the same subscription share these.
std::size_t subscription_bytes(const log::Subscription& subscription);

}  // namespace worker::hub
