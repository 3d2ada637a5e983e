// ConfigWarning: what the operator should change in a configuration that is valid as it is.
#pragma once

#include <string>

namespace worker::config {

struct ConfigWarning {
  /// `FILE:LINE:COLUMN`
  std::string place;
  std::string sentence;
};

}  // namespace worker::config
