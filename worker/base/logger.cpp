#include "base/logger.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/sinks/syslog_sink.h>
#include <syslog.h>
#include <unistd.h>

#include "base/standard_streams.hpp"

namespace worker::base {
namespace {

constexpr const char* name = "sse-worker";

// Writes one line without a logger.
void write_syslog(int priority, const std::string& sentence) {
  ::openlog(name, LOG_PID, LOG_DAEMON);
  ::syslog(priority, "%s", sentence.c_str());
  ::closelog();
}

}  // namespace

bool is_log_level(const std::string& level) {
  return level == "off" || spdlog::level::from_str(level) != spdlog::level::off;
}

std::shared_ptr<Logger> make_logger(const LogSettings& settings) {
  using Target = LogSettings::Target;
  const bool unread = is_discarded(STDERR_FILENO);
  const bool to_syslog =
      settings.target == Target::syslog || (settings.target == Target::automatic && unread);
  std::shared_ptr<spdlog::sinks::sink> sink;
  if (to_syslog) {
    sink = std::make_shared<spdlog::sinks::syslog_sink_mt>(name, LOG_PID, LOG_DAEMON, false);
  } else {
    sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  }
  auto logger = std::make_shared<Logger>(name, std::move(sink));
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  logger->set_level(spdlog::level::from_str(settings.level));
  logger->flush_on(spdlog::level::info);
  if (unread && to_syslog) logger->info("logging to syslog: stderr is closed or /dev/null");
  if (unread && !to_syslog) {
    write_syslog(
        LOG_WARNING,
        "no log is written: log.to is stderr, which is closed or /dev/null. Set log.to to auto or syslog, "
        "or start the worker with a stderr (spawn-fcgi -n)");
  }
  return logger;
}

void report(const std::string& sentence) {
  // A failure is not checked: there is no place left to report it.
  const auto line = sentence + "\n";
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
  if (is_discarded(STDERR_FILENO)) write_syslog(LOG_ERR, sentence);
}

}  // namespace worker::base
