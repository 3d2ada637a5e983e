// boot_id: the name that the machine gives to its current boot. It tells a crash of the worker, after which
// the system still has every write, from a power failure, after which the last writes may be missing. Pure
// but for the file that it reads; from every thread.
#pragma once

#include <optional>
#include <string>

#include "store/settings.hpp"

namespace worker::store {

inline constexpr const char* boot_id_file = "/proc/sys/kernel/random/boot_id";

/// Empty if it cannot be read: then only a clean shutdown is trusted. Nothing else can replace it: the time
/// of the boot is derived from a clock that may be wrong until the network corrects it, and the uptime of one
/// boot may exceed that of the boot before.
std::string boot_id(const char* file = boot_id_file);

/// A warning for the operator if it cannot be read and `storage` depends on it: what that costs, and what to
/// change. None otherwise.
std::optional<std::string> boot_id_warning(const StorageSettings& storage, const char* file = boot_id_file);

}  // namespace worker::store
