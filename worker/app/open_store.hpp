// The log and the store that the configuration asks for.
#pragma once

#include <memory>

#include "base/logger.hpp"
#include "log/log.hpp"
#include "store/store.hpp"

namespace worker::app {

/// For open_store(), which fills it. The clock outlives it.
std::unique_ptr<log::Log> open_log(const log::Settings& history, const store::StorageSettings& storage,
                                   const base::Clock& clock);
/// Always gives one; where what it keeps cannot be read yet it is in trouble, and says why
/// (Store::trouble()). Log and logger outlive it.
std::unique_ptr<store::Store> open_store(log::Log& log, const store::StorageSettings& storage,
                                         base::Logger& logger);

}  // namespace worker::app
