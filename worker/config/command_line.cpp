#include "config/command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <iostream>
#include <string_view>
#include <utility>

#include "base/closest_match.hpp"
#include "base/printable.hpp"
#include "config/token_options.hpp"

namespace worker::config {
namespace {

// No line is longer than 80 columns.
constexpr auto description =
    R"(Streams Server-Sent Events behind a web server that speaks FastCGI, such as
nginx. It listens on the first socket it finds: descriptor 0 (spawn-fcgi),
LISTEN_FDS (systemd socket activation), `listen:` in the configuration.

  spawn-fcgi -n -s /run/sse-worker/sse-worker.sock -- \
    sse-worker --config /etc/sse-worker/sse-worker.yaml
)";

constexpr auto footer =
    R"(Signals: SIGTERM and SIGINT end all streams over drain_seconds and exit; a
second one exits at once. SIGHUP reloads the configuration without dropping a
stream; an invalid file is logged and changes nothing. SIGUSR2 lets the program
that is installed now take over, in the middle of the streams.
Exit status: 0 after a clean stop, 1 after an internal error, 2 for an error in
the command line, the configuration or the socket.)";

constexpr std::array<std::string_view, 14> options = {
    "--config",  "--user",    "--version", "--help",        "--subscribe", "--publish",   "--subject",
    "--expires", "--control", "--for",     "--secret-file", "--key",       "--algorithm", "--inspect"};
constexpr std::array<std::string_view, 9> words = {"check",    "token",  "pipe",      "probe", "top",
                                                   "--config", "--user", "--version", "--help"};

// Commands that are programs of their own.
struct Program {
  const char* name;
  const char* help;
  const char* example;
};
constexpr Program programs[] = {
    {"pipe", "Publish the standard input; see sse-worker pipe --help", "--topic TOPIC"},
    {"probe", "Find out why streams do not work; see sse-worker probe --help", "URL"},
    {"top", "Show what the worker does; see sse-worker top --help", "[URL]"}};

// A hint for a word that is a command in other programs; none for other words.
std::string_view other_way(std::string_view word) {
  struct Way {
    std::string_view word;
    std::string_view instead;
  };
  constexpr Way ways[] = {
      {"serve", "without a command the worker serves"},   {"start", "without a command the worker serves"},
      {"run", "without a command the worker serves"},     {"reload", "send SIGHUP to the worker that runs"},
      {"restart", "send SIGHUP to the worker that runs"}, {"stop", "send SIGTERM to the worker that runs"},
      {"quit", "send SIGTERM to the worker that runs"}};
  const auto* found = std::ranges::find(ways, word, &Way::word);
  return found == std::end(ways) ? std::string_view() : found->instead;
}

std::string unknown_option(std::string_view option) {
  const auto name = option.substr(0, option.find('='));
  auto meant = base::closest_match(name, options);
  const auto letters = name.substr(std::min(name.find_first_not_of('-'), name.size()));
  for (const auto known : options) {
    if (!meant && !letters.empty() && known.substr(2).starts_with(letters)) meant = known;
  }
  return fmt::format("{} is not an option; {}", base::printable(name),
                     meant ? fmt::format("did you mean {}?", *meant)
                           : "the options are in sse-worker --help and sse-worker token --help");
}

// The first argument that is neither an option nor a command.
std::string unknown_argument(std::string_view argument, bool is_command) {
  if (argument.starts_with('-') && argument.size() > 1) return unknown_option(argument);
  const auto printable = base::printable(argument);
  if (argument.find_first_of("./") != std::string_view::npos)
    return fmt::format("{} is one argument too many; did you mean --config {}?", printable, printable);
  if (!is_command) return fmt::format("'{}' is one argument too many", printable);
  if (const auto way = other_way(argument); !way.empty())
    return fmt::format("{} is not a command; {}", printable, way);
  const auto meant = base::closest_match(argument, words);
  return fmt::format(
      "'{}' is not a command; {}", printable,
      meant ? fmt::format("did you mean {}?", *meant) : "the commands are check, token, pipe, probe and top");
}

// The sentence for an option with too few or too many values: `said` begins with its name and a colon.
std::string wrong_number(std::string_view said) {
  const auto name = said.substr(0, said.find(':'));
  if (said.find("At Most") != std::string_view::npos)
    return fmt::format("{} is given twice; remove one", name);
  constexpr std::array<std::pair<std::string_view, std::string_view>, 9> values = {{{"--user", "NAME"},
                                                                                    {"--subscribe", "TOPIC"},
                                                                                    {"--publish", "TOPIC"},
                                                                                    {"--subject", "TEXT"},
                                                                                    {"--expires", "TIME"},
                                                                                    {"--for", "WHO"},
                                                                                    {"--secret-file", "FILE"},
                                                                                    {"--key", "FILE"},
                                                                                    {"--algorithm", "NAME"}}};
  const auto* found = std::ranges::find(values, name, [](const auto& each) { return each.first; });
  return fmt::format("{} needs a value: {} {}", name, name, found == values.end() ? "FILE" : found->second);
}

int mistake(const std::string& sentence) {
  constexpr int status = 2;
  std::cerr << fmt::format("sse-worker: {}\nRun sse-worker --help for help.\n", sentence);
  return status;
}

}  // namespace

std::variant<CommandLine, int> parse_command_line(int argc, char** argv) {
  CommandLine line;
  if (argc > 1 &&
      std::ranges::find(programs, std::string_view(argv[1]), &Program::name) != std::end(programs)) {
    line.verb = CommandLine::Verb::program;
    return line;
  }
  CLI::App app(description, "sse-worker");
  constexpr std::size_t column = 18;
  app.get_formatter()->column_width(column);
  app.footer(footer);
  app.allow_extras();
  app.set_help_flag("-h,--help", "Print this help");
  app.set_version_flag("--version", "sse-worker " SSE_WORKER_VERSION, "Print the version");
  auto* config = app.add_option("--config", line.config_file, "Configuration file; without it, all defaults")
                     ->option_text("FILE");
  // For the worker itself alone: see app/takeover.hpp.
  auto* rehearse = app.add_option("--rehearse-takeover", line.takeover_version)->group("");
  auto* check = app.add_subcommand("check", "Check FILE, its store and its socket");
  check->allow_extras();
  check->fallthrough();
  check->add_option("--user", line.user, "User that the worker runs as; default for root: sse-worker")
      ->option_text("NAME");
  TokenOptions token(app, line.token);
  for (const auto& program : programs)
    app.add_subcommand(program.name, program.help)->prefix_command()->set_help_flag();
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    return mistake(wrong_number(error.what()));
  }
  for (const auto& [name, help, example] : programs) {
    if (app.got_subcommand(name))
      return mistake(
          fmt::format("{} comes first and needs no configuration: sse-worker {} {}", name, name, example));
  }
  if (const auto others = app.remaining(true); !others.empty())
    return mistake(
        unknown_argument(others.front(), !check->parsed() && !token.parsed() && config->count() == 0));
  if (config->count() > 0 && line.config_file.empty())
    return mistake("--config needs a value: --config FILE");
  if (check->parsed() && config->count() == 0)
    return mistake("check needs a file: sse-worker check --config FILE");
  if (check->parsed()) line.verb = CommandLine::Verb::check;
  if (rehearse->count() > 0) line.verb = CommandLine::Verb::rehearse;
  if (!token.parsed()) return line;
  line.verb = CommandLine::Verb::token;
  if (const auto wrong = token.error(config->count() > 0)) return mistake(*wrong);
  return line;
}

}  // namespace worker::config
