// TextFile: a small file of the operator's, read whole.
#pragma once

#include <cstddef>
#include <string>

#include "base/result.hpp"

namespace worker::access {

struct TextFile {
  std::string text;
};

/// Fails with a sentence that begins with `file`: it is missing, no regular file, not readable, or larger
/// than `bytes_max`. Does not wait for pipes or devices.
base::Result<TextFile, std::string> read_text_file(const std::string& file, std::size_t bytes_max);

/// False also where there is no such file.
bool is_readable_by_all(const std::string& file);

}  // namespace worker::access
