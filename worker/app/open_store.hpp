// open(): the journal that the configuration asks for.
#pragma once

#include <memory>

#include "base/logger.hpp"
#include "log/journal.hpp"
#include "store/settings.hpp"

namespace worker::app {

/// Always gives one; where what it keeps cannot be read yet it is in trouble, and says why
/// (Journal::trouble()). Clock and log outlive it.
std::unique_ptr<log::Journal> open_store(const log::Settings& history, const store::StorageSettings& storage,
                                         const base::Clock& clock, base::Logger& logger);

}  // namespace worker::app
