// Exit statuses of the worker.
#pragma once

#include <string>

#include "base/logger.hpp"

namespace worker::app {

constexpr int exit_failure = 1;
/// A supervisor need not start the worker again before somebody has changed the configuration.
constexpr int exit_config_error = 2;

/// Prints the sentence on stderr.
inline int fail_config(const std::string& sentence) {
  base::report(sentence);
  return exit_config_error;
}

}  // namespace worker::app
