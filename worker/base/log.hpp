// The worker's log: one spdlog logger, made in main and passed to whoever reports events.
// Events, not steps, with their fields; a reader who leaves is no error. Behaviour never depends on the
// level.
#pragma once

#include <spdlog/logger.h>

#include <memory>
#include <string>

namespace worker::base {

using Log = spdlog::logger;

struct LogSettings {
  enum class Target { stderr_stream, syslog };

  /// One of trace, debug, info, warning, error, critical, off.
  std::string level = "info";
  Target target = Target::stderr_stream;
};

/// True for a level that LogSettings may hold.
bool is_log_level(const std::string& level);

/// Usable from every thread. Never fails: a broken stderr loses lines, not the worker.
std::shared_ptr<Log> make_log(const LogSettings& settings);

}  // namespace worker::base
