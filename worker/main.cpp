// sse-worker: composition only. Reads the command line and the configuration, makes the rooms, and turns the
// loops.
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <exception>
#include <string>
#include <utility>

#include "app/check.hpp"
#include "app/exit_status.hpp"
#include "app/hooks.hpp"
#include "app/listening_sockets.hpp"
#include "app/process.hpp"
#include "app/program_command.hpp"
#include "app/services.hpp"
#include "app/takeover.hpp"
#include "app/token_command.hpp"
#include "app/token_keys.hpp"
#include "base/signals.hpp"
#include "base/standard_streams.hpp"
#include "config/command_line.hpp"
#include "config/file_access.hpp"
#include "log/template_cache.hpp"
#include "store/redis/tls.hpp"

namespace {

using namespace worker;

// A stream is a descriptor; the soft limit of 1,024 that most systems set is meant for select().
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

// Limits and defaults of the process; the store's files and threads come after it.
void prepare_process() {
  raise_descriptor_limit();
  // A write beyond a limit of file size (ulimit -f) then fails as one on a full disk does: the store reports
  // it.
  std::signal(SIGXFSZ, SIG_IGN);
  // The store's files contain what was published: only this user may read them, whatever the umask was.
  ::umask(0077);
}

int serve(const config::Config& config, const std::string& file, app::Program program) {
  auto image = app::inherited_image();
  auto sockets = app::ListeningSockets::open(config, image);
  if (!sockets) return app::fail_config("sse-worker: " + sockets.error());
  prepare_process();
  const auto logger = base::make_logger(config.log);
  log::TemplateCache templates(config.streams.templates_max, config.mercure.base());
  app::TokenKeys token_keys(*logger, templates);
  if (const auto problem = token_keys.update(config.tokens, config.mercure_tokens, config.mercure.resource()))
    return app::fail_config(*problem);
  if (const auto problem = store::tls_problem(config.storage)) return app::fail_config(*problem);
  if (const auto problem = app::hooks_problem(config.hooks))
    return app::fail_config("sse-worker: " + *problem);
  const auto history = image ? std::exchange(image->history, {}) : std::string();
  app::Services services(config, sockets.value(), history, templates, token_keys, *logger);
  app::Process process(config, file, std::move(program), std::move(image), sockets.value(), services);
  const int status = process.run();
  // An orderly end stays one, whoever is in a hurry while the last memory is given back.
  base::block_signals();
  return status;
}

}  // namespace

int main(int argc, char** argv) try {
  base::open_closed_standard_streams();
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to sockets without MSG_NOSIGNAL
  const auto parsed = config::parse_command_line(argc, argv);
  if (const auto* status = std::get_if<int>(&parsed)) return *status;
  const auto& line = std::get<config::CommandLine>(parsed);
  if (line.verb == config::CommandLine::Verb::program) return app::run_program(argv);
  const auto config = line.config_file.empty() ? config::parse({}, {}) : config::load(line.config_file);
  if (!config) return app::fail_config(config::access_problem(line.config_file).value_or(config.error()));
  if (line.verb == config::CommandLine::Verb::rehearse) return app::rehearsed(line, config.value());
  if (line.verb == config::CommandLine::Verb::serve)
    return serve(config.value(), line.config_file, app::Program::own(argc, argv));
  if (line.verb == config::CommandLine::Verb::token) return app::token(line, config.value());
  return app::check(line, config.value());
} catch (const std::exception& error) {
  base::report(fmt::format("sse-worker: {}", error.what()));
  return app::exit_failure;
}
