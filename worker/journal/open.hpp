// open(): the journal that the configuration asks for.
#pragma once

#include <memory>

#include "base/log.hpp"
#include "journal/journal.hpp"

namespace worker::journal {

/// Always gives one; where what it keeps cannot be read yet it is in trouble, and says why
/// (Journal::trouble()). Clock and log outlive it.
std::unique_ptr<Journal> open(const Settings& history, const StorageSettings& storage,
                              const base::Clock& clock, base::Log& log);

}  // namespace worker::journal
