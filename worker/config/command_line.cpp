#include "config/command_line.hpp"

#include <CLI/CLI.hpp>

namespace worker::config {
namespace {

constexpr auto description =
    R"(Streams Server-Sent Events behind a web server that speaks FastCGI, such as nginx.

The listening socket is, whichever applies first: descriptor 0 (spawn-fcgi),
LISTEN_FDS (systemd socket activation), `listen:` in the configuration.

  spawn-fcgi -n -s /run/sse-worker/sse-worker.sock -- sse-worker --config /etc/sse-worker/sse-worker.yaml)";

constexpr auto footer =
    R"(Signals: SIGTERM and SIGINT end all streams over drain_seconds and exit; a second one exits at once. SIGHUP reads the
configuration again without dropping a stream; a file with a mistake changes nothing, and the log says so.
Exit status: 0 after a clean stop, 2 for a mistake in the command line, the configuration or the socket.)";

}  // namespace

std::variant<CommandLine, int> parse_command_line(int argc, char** argv) {
  CommandLine line;
  CLI::App app(description, "sse-worker");
  app.footer(footer);
  app.set_version_flag("--version", "sse-worker " SSE_WORKER_VERSION);
  auto* config = app.add_option("--config", line.config_file, "The configuration; without it, the defaults")
                     ->option_text("FILE");
  auto* check = app.add_subcommand("check",
                                   "Validate the configuration and the access to the journal's folder, say "
                                   "what is wrong, and exit 0 or 2");
  check->fallthrough();
  check
      ->add_option("--user", line.user,
                   "Whom the worker will run as; for root, sse-worker where there is such a user")
      ->option_text("NAME");
  try {
    app.parse(argc, argv);
    if (check->parsed() && config->count() == 0) throw CLI::RequiredError("--config");
  } catch (const CLI::ParseError& error) {
    constexpr int mistake = 2;
    return app.exit(error) == 0 ? 0 : mistake;
  }
  if (check->parsed()) line.verb = CommandLine::Verb::check;
  return line;
}

}  // namespace worker::config
