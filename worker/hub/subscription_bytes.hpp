// What a subscription takes.
#pragma once

#include <cstddef>

#include "journal/topic.hpp"

namespace worker::hub {

/// A cohort of its own with its names in the routes, however many readers are in it: they share it.
std::size_t subscription_bytes(const journal::Selection& selection);

}  // namespace worker::hub
