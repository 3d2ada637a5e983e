// Bytes: encoded once, shared by all who send them, freed by the last. Immutable, so usable from every
// thread.
#pragma once

#include <memory>
#include <string>

namespace worker::base {

using Bytes = std::shared_ptr<const std::string>;

}  // namespace worker::base
