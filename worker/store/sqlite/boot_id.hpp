// boot_id: a name of the machine's present run, which changes with each boot. It shows a crash of the worker,
// after which the system still has every write, from the end of the machine, after which it may not.
#pragma once

#include <optional>
#include <string>

#include "store/settings.hpp"

namespace worker::store {

inline constexpr const char* boot_id_file = "/proc/sys/kernel/random/boot_id";

/// Empty where the system does not tell: then only a clean shutdown is trusted. Nothing else would do in its
/// place: the time of the boot is derived from a clock that may be wrong until the network corrects it, and
/// the uptime of one boot may exceed that of the one before.
std::string boot_id(const char* file = boot_id_file);

/// What an operator should know where it cannot be read and `storage` depends on it: what that costs, and
/// what to change. None where all is well.
std::optional<std::string> boot_id_warning(const StorageSettings& storage, const char* file = boot_id_file);

}  // namespace worker::store
