// The file with the headers of a reader.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace worker::probe {

/// Its lines, each `Name: value`; empty lines and those that begin with # are left out. Otherwise what is
/// wrong with the file, as a sentence that quotes nothing of it.
base::Result<std::vector<std::string>, std::string> read_header_file(const std::string& path);

}  // namespace worker::probe
