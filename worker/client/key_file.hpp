// The file with the publish key.
#pragma once

#include <string>

#include "base/result.hpp"

namespace worker::client {

struct PublishKey {
  std::string text;
};

/// The one line of the file. Otherwise what is wrong with the file, as a sentence.
base::Result<PublishKey, std::string> read_key_file(const std::string& path);

}  // namespace worker::client
