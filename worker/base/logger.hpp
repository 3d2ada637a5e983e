// The worker's log: one spdlog logger, made in main and passed to whoever reports events.
// Events, not steps, with their fields; a reader who leaves is no error. Behaviour never depends on the
// level.
#pragma once

#include <spdlog/logger.h>

#include <memory>
#include <string>

namespace worker::base {

using Logger = spdlog::logger;

struct LogSettings {
  enum class Target {
    automatic,  // stderr; syslog where stderr is closed or /dev/null
    stderr_stream,
    syslog,
  };

  /// One of trace, debug, info, warning, error, critical, off.
  std::string level = "info";
  Target target = Target::automatic;
};

/// True for a level that LogSettings may hold.
bool is_log_level(const std::string& level);

/// Usable from every thread. Never fails: a broken stderr loses lines, not the worker. Where stderr is closed
/// or /dev/null, the first line says so: that the log goes to syslog, or, in syslog, that it is lost.
std::shared_ptr<Logger> make_logger(const LogSettings& settings);

/// Writes a sentence for the operator while there is no log yet: to stderr, and also to syslog where stderr
/// is closed or /dev/null.
void report(const std::string& sentence);

}  // namespace worker::base
