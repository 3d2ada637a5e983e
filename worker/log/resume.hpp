// The decision where a reader begins, and whether it has missed something. Pure.
#pragma once

#include <optional>
#include <string>

#include "log/history.hpp"
#include "log/read.hpp"
#include "log/subscription.hpp"

namespace worker::log {

/// See Log::resume(). `may_arrive` is set as if others wrote to the log, too.
ResumePoint resume(const History& history, const Subscription& subscription,
                   const std::optional<std::string>& cursor);

}  // namespace worker::log
