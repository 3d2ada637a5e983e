// StorageAccess: whether this process may write the files of the SQLite store, and whether other users may
// read them.
#pragma once

#include <optional>
#include <string>

#include "store/settings.hpp"

namespace worker::store {

/// Why `storage` cannot be used, and the command that changes this: the folder is missing and cannot be made,
/// or this process may not write to it or to a file in it. None if it can be used, and for stores without a
/// file. Changes nothing.
std::optional<std::string> storage_problem(const StorageSettings& storage);

/// Makes the folder of the file `path`, with mode 0700, if its parent exists. For start-up only: later a
/// missing folder may have been moved and may come back. Opening the files reports what fails here.
void make_folder(const std::string& path);

/// Removes the permissions of group and others from those of the store's files that exist.
void close_to_others(const std::string& path);

}  // namespace worker::store
