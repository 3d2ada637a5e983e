// The log and the store that the configuration asks for.
#pragma once

#include <memory>
#include <string_view>

#include "base/logger.hpp"
#include "log/log.hpp"
#include "store/store.hpp"

namespace worker::app {

/// For open_store(), which fills it. The clock outlives it.
std::unique_ptr<log::Log> open_log(const log::Settings& history, const store::StorageSettings& storage,
                                   const base::Clock& clock);
/// Always returns one. If its events cannot be read yet, it is unavailable and says why
/// (Store::unavailable_reason()). Log and logger outlive it. `carried`: the history that the process before
/// has packed, for a store that keeps nothing; empty: none.
std::unique_ptr<store::Store> open_store(log::Log& log, const store::StorageSettings& storage,
                                         base::Logger& logger, std::string_view carried = {});

}  // namespace worker::app
