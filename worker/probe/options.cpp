#include "probe/options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <iostream>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/closest_match.hpp"
#include "base/number.hpp"
#include "base/printable.hpp"
#include "base/utf8.hpp"
#include "client/address.hpp"

namespace worker::probe {
namespace {

constexpr int exit_mistake = 2;

// No line is longer than 80 columns.
constexpr auto description =
    R"(Finds out why streams do not work: reads URL as a browser does, through
everything that stands between it and the worker, and prints a row for each
check. Behind each ✗ is the line to change, and in which file.

  sse-worker probe https://push.example.org/events
  sse-worker probe https://push.example.org/events --key-file publish.key
)";

constexpr auto footer =
    R"(With --key-file or --publish it publishes a few events to a topic of its own and
sees when each arrives; without, it judges by the greeting stream. A URL without
a path gets /events. Certificates are checked with those of the system, or with
the file that the variable SSL_CERT_FILE names.

Exit status: 0 if all is well, 1 if something is wrong, 2 for an error in the
command line or in one of the files.)";

constexpr std::array<std::string_view, 11> names = {
    "--publish", "--key-file", "--header-file", "--topic",   "--origin", "--idle",
    "--timeout", "--json",     "--help",        "--version", "-h"};
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> values = {{{"--publish", "URL"},
                                                                                  {"--topic", "TOPIC"},
                                                                                  {"--origin", "ORIGIN"},
                                                                                  {"--idle", "SECONDS"},
                                                                                  {"--timeout", "SECONDS"},
                                                                                  {"--key-file", "FILE"}}};

int mistake(const std::string& sentence) {
  std::cerr << fmt::format("sse-worker probe: {}\nRun sse-worker probe --help for help.\n", sentence);
  return exit_mistake;
}

std::string unknown_argument(std::string_view argument) {
  const auto printable = base::printable(argument);
  if (!argument.starts_with('-') || argument.size() < 2)
    return fmt::format("{} is one argument too many", printable);
  const auto name = argument.substr(0, argument.find('='));
  const auto meant = base::closest_match(name, names);
  return fmt::format(
      "{} is not an option; {}", base::printable(name),
      meant ? fmt::format("did you mean {}?", *meant) : "the options are in sse-worker probe --help");
}

// The sentence for an option with too few or too many values: `said` begins with its name and a colon.
std::string wrong_number(std::string_view said) {
  const auto name = said.substr(0, said.find(':'));
  if (said.find("At Most") != std::string_view::npos)
    return fmt::format("{} is given twice; remove one", name);
  const auto* found = std::ranges::find(values, name, [](const auto& each) { return each.first; });
  return fmt::format("{} needs a value: {} {}", name, name, found == values.end() ? "FILE" : found->second);
}

// The first option with a value that is empty or not text.
std::optional<std::string> not_text(const CLI::App& app) {
  for (const auto* option : app.get_options()) {
    if (option->get_expected_max() == 0) continue;
    for (const auto& value : option->results()) {
      const auto name = option->get_name();
      if (value.empty() && name.starts_with('-')) return wrong_number(name + ":");
      if (!base::is_utf8(value)) return fmt::format("{} must be UTF-8", name);
    }
  }
  return std::nullopt;
}

std::optional<std::string> assign_seconds(const CLI::App& app, const char* name, const std::string& text,
                                          std::chrono::seconds most, std::chrono::seconds& to) {
  if (app.count(name) == 0) return std::nullopt;
  const auto number = base::parse_number<int>(text);
  if (!number || *number < 1 || *number > most.count())
    return fmt::format("{} must be a number of seconds from 1 to {}, not '{}'", name, most.count(),
                       base::printable(text));
  to = std::chrono::seconds(*number);
  return std::nullopt;
}

bool is_origin(std::string_view text) {
  const auto scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) return false;
  const auto host = text.substr(scheme_end + 3);
  return (text.starts_with("http://") || text.starts_with("https://")) && !host.empty() &&
         std::ranges::all_of(host,
                             [](char c) { return c > ' ' && c <= '~' && c != '/' && c != '?' && c != '#'; });
}

std::optional<std::string> wrong_url(std::string& url, const char* name, const char* path) {
  auto address = client::http_address(url, path);
  if (!address) return fmt::format("{} {}", name, address.error());
  url = std::move(address).value().url;
  return std::nullopt;
}

struct Texts {
  std::string idle, timeout;
};

// What is wrong with the options together, once they are parsed.
std::optional<std::string> error(const CLI::App& app, const Texts& texts, Options& options) {
  if (const auto others = app.remaining(); !others.empty()) return unknown_argument(others.front());
  if (auto wrong = not_text(app)) return wrong;
  if (options.url.empty()) return "a URL is missing: sse-worker probe https://push.example.org/events";
  if (auto wrong = wrong_url(options.url, "the URL", "/events")) return wrong;
  if (app.count("--publish") > 0)
    if (auto wrong = wrong_url(options.publish_url, "--publish", "/publish")) return wrong;
  if (app.count("--origin") > 0 && !is_origin(options.origin))
    return fmt::format("--origin must be an origin such as https://app.example.com, not '{}'",
                       base::printable(options.origin));
  constexpr std::chrono::seconds day{86'400}, hour{3'600};
  if (auto wrong = assign_seconds(app, "--idle", texts.idle, day, options.idle)) return wrong;
  return assign_seconds(app, "--timeout", texts.timeout, hour, options.timeout);
}

}  // namespace

std::variant<Options, int> parse_command_line(int argc, char** argv) {
  Options options;
  Texts texts;
  CLI::App app(description, "sse-worker probe");
  constexpr std::size_t column = 20;
  app.get_formatter()->column_width(column);
  app.footer(footer);
  app.allow_extras();
  app.set_help_flag("-h,--help", "Print this help");
  app.set_version_flag("--version", "sse-worker-probe " SSE_WORKER_VERSION, "Print the version");
  const auto option = [&](const char* name, auto& value, const char* help, const char* kind) {
    app.add_option(name, value, help)->option_text(kind);
  };
  option("URL", options.url, "The address of the streams, as readers have it", " ");
  option("--publish", options.publish_url, "Where to publish; default with --key-file: /publish\nbeside URL",
         "URL");
  option("--key-file", options.key_file, "A file with the publish key or a token", "FILE");
  option("--header-file", options.header_file,
         "A file with headers of a reader, one a line, such\nas Cookie: or Authorization:", "FILE");
  option("--topic", options.topic, "Topic of the probe's events; default: a random one", "TOPIC");
  option("--origin", options.origin, "Ask as a page of this origin: https://app.example.com", "ORIGIN");
  option("--idle", texts.idle, "Keep a stream without events open for so long", "SECONDS");
  option("--timeout", texts.timeout, "The most that all but --idle takes; default: 30", "SECONDS");
  app.add_flag("--json", options.as_json, "Print JSON");
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    return mistake(wrong_number(error.what()));
  }
  if (const auto wrong = error(app, texts, options)) return mistake(*wrong);
  return options;
}

}  // namespace worker::probe
