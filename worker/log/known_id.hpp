// Whether an id is taken. From every thread.
#pragma once

#include <string>

#include "log/log.hpp"

namespace worker::log {

/// An event has, or had, this id: no other one can be published with it, as far as ids are remembered. True
/// also for the form of the ids that are generated now.
bool is_known_id(Log& log, const std::string& id);

}  // namespace worker::log
