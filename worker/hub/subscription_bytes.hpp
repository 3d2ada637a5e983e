// SubscriptionBytes: the memory that a subscription takes. Pure.
#pragma once

#include <cstddef>

#include "log/subscription.hpp"

namespace worker::hub {

/// In bytes: one cohort, its names in the routes, and its grant. Subscribers with the same subscription share
/// these.
std::size_t subscription_bytes(const log::Subscription& subscription);

}  // namespace worker::hub
