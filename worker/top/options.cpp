#include "top/options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <iostream>
#include <optional>
#include <string_view>
#include <utility>

#include "base/closest_match.hpp"
#include "base/printable.hpp"
#include "client/address.hpp"

namespace worker::top {
namespace {

// No line is longer than 80 columns.
constexpr auto description =
    R"(Shows what a worker does, once a second: streams, events, slow readers, the
store, memory, and how late its loops are. The figures are those of its stream
$stats, which is open to this machine and to whoever sends the publish key.

  sse-worker top
  sse-worker top https://push.example.org/events --key-file publish.key
)";

constexpr auto footer =
    R"(On a terminal it fills the screen; q, SIGINT and SIGTERM end it. Elsewhere it
prints a line a second. A connection that is lost is made again.

Exit status: 0 after an end that was asked for, 1 if the figures are refused or,
with --once, do not come, 2 for an error in the command line or the key file.)";

constexpr std::array<std::string_view, 5> names = {"--key-file", "--once", "--help", "--version", "-h"};

int mistake(const std::string& sentence) {
  constexpr int status = 2;
  std::cerr << fmt::format("sse-worker top: {}\nRun sse-worker top --help for help.\n", sentence);
  return status;
}

std::string unknown_argument(std::string_view argument) {
  const auto printable = base::printable(argument);
  if (!argument.starts_with('-') || argument.size() < 2)
    return fmt::format("{} is one argument too many", printable);
  const auto name = argument.substr(0, argument.find('='));
  const auto meant = base::closest_match(name, names);
  return fmt::format(
      "{} is not an option; {}", base::printable(name),
      meant ? fmt::format("did you mean {}?", *meant) : "the options are in sse-worker top --help");
}

std::optional<std::string> error(const CLI::App& app, Options& options) {
  if (const auto others = app.remaining(); !others.empty()) return unknown_argument(others.front());
  if (app.count("--key-file") > 0 && options.key_file.empty())
    return "--key-file needs a value: --key-file FILE";
  auto address = client::http_address(options.url, "/events");
  if (!address) return "the URL " + address.error();
  options.url = std::move(address).value().url;
  if (!client::has_topics(options.url))
    options.url = client::with_parameters(options.url, {{"topic", "$stats"}});
  return std::nullopt;
}

}  // namespace

std::variant<Options, int> parse_command_line(int argc, char** argv) {
  Options options;
  CLI::App app(description, "sse-worker top");
  constexpr std::size_t column = 20;
  app.get_formatter()->column_width(column);
  app.footer(footer);
  app.allow_extras();
  app.set_help_flag("-h,--help", "Print this help");
  app.set_version_flag("--version", "sse-worker-top " SSE_WORKER_VERSION, "Print the version");
  app.add_option("URL", options.url, "The address of the streams; default:\nhttp://127.0.0.1/events")
      ->option_text(" ");
  app.add_option("--key-file", options.key_file, "A file with the publish key")->option_text("FILE");
  app.add_flag("--once", options.once, "Print the figures of one second, and end");
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    const std::string said = error.what();
    const auto name = said.substr(0, said.find(':'));
    return mistake(said.find("At Most") != std::string::npos
                       ? name + " is given twice; remove one"
                       : fmt::format("{} needs a value: {} FILE", name, name));
  }
  if (const auto wrong = error(app, options)) return mistake(*wrong);
  return options;
}

}  // namespace worker::top
