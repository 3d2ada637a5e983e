// SubscriptionBytes: the memory that a subscription takes. Pure.
#pragma once

#include <cstddef>

#include "journal/topic.hpp"

namespace worker::hub {

/// In bytes: one cohort, and its names in the routes. Readers with the same selection share these.
std::size_t subscription_bytes(const journal::Selection& selection);

}  // namespace worker::hub
