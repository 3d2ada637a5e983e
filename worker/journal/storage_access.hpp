// Whether this process, as the user that it runs as, can keep the journal's files where the configuration
// says, and whether others can read them.
#pragma once

#include <optional>
#include <string>

#include "journal/settings.hpp"

namespace worker::journal {

/// What is in the way of `storage`, and the command that changes it: the folder is missing and cannot be
/// made, or it or a file in it may not be written to. None where nothing is, and for journals without a file.
/// Changes nothing.
std::optional<std::string> storage_problem(const StorageSettings& storage);

/// Makes the folder of the file `path`, for this user alone, if only that is missing. For the start: later a
/// missing folder may have been moved away, and come back. What fails shows when the files are opened.
void make_folder(const std::string& path);

/// Takes from the journal's files that are there what they allow to others.
void close_to_others(const std::string& path);

}  // namespace worker::journal
