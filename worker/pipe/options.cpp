#include "pipe/options.hpp"

#include <fmt/format.h>
#include <sys/un.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <iostream>
#include <optional>
#include <string_view>

#include "base/closest_match.hpp"
#include "base/printable.hpp"
#include "base/utf8.hpp"
#include "client/address.hpp"

namespace worker::pipe {
namespace {

// No line is longer than 80 columns.
constexpr auto description =
    R"(Publishes its standard input: each line is an event, as soon as it is complete.

  tail -F x.log | sse-worker pipe --topic logs
  make 2>&1 | sse-worker pipe --topic builds/7 --close --abort died \
    --url https://push.example.org --key-file publish.key
)";

constexpr auto footer =
    R"(Lines that are not answered when a connection breaks are sent again; each is
published once. While the worker cannot take more, the input is not read, so
that its writer waits. Certificates are checked with those of the system, or
with the file that the variable SSL_CERT_FILE names.

Signals: SIGINT and SIGTERM end the reading, and what was read is published; a
second one ends the program at once.
Exit status: 0 if everything was published, 1 if something was refused or could
not be read, 2 for an error in the command line, the key file or the socket.)";

constexpr std::array<std::string_view, 15> names = {
    "--topic", "--event", "--key",    "--private", "--split", "--socket",  "--url", "--key-file",
    "--close", "--abort", "--writer", "--quiet",   "--help",  "--version", "-h"};
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> values = {{{"--topic", "TOPIC"},
                                                                                  {"--event", "TYPE"},
                                                                                  {"--key", "KEY"},
                                                                                  {"--split", "line"},
                                                                                  {"--socket", "PATH"},
                                                                                  {"--url", "URL"},
                                                                                  {"--abort", "TYPE"},
                                                                                  {"--writer", "NAME"}}};

int mistake(const std::string& sentence) {
  constexpr int status = 2;
  std::cerr << fmt::format("sse-worker pipe: {}\nRun sse-worker pipe --help for help.\n", sentence);
  return status;
}

std::string unknown_argument(std::string_view argument) {
  const auto printable = base::printable(argument);
  if (!argument.starts_with('-') || argument.size() < 2) {
    return fmt::format(
        "{} is one argument too many; a file is read with: sse-worker pipe --topic TOPIC < FILE", printable);
  }
  const auto name = argument.substr(0, argument.find('='));
  const auto meant = base::closest_match(name, names);
  return fmt::format(
      "{} is not an option; {}", base::printable(name),
      meant ? fmt::format("did you mean {}?", *meant) : "the options are in sse-worker pipe --help");
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
      if (value.empty()) return wrong_number(name + ":");
      if (!base::is_utf8(value)) return fmt::format("{} must be UTF-8", name);
    }
  }
  return std::nullopt;
}

// What is wrong with where the events go.
std::optional<std::string> wrong_way(const CLI::App& app, Options& options) {
  const auto is_given = [&](const char* name) { return app.count(name) > 0; };
  if (is_given("--url") && is_given("--socket")) return "--socket and --url are given; events go one way";
  if (is_given("--key-file") && !is_given("--url"))
    return "--key-file needs --url: a local socket asks for no key";
  if (options.socket.size() >= sizeof sockaddr_un{}.sun_path)
    return fmt::format("--socket must be at most {} bytes long", sizeof sockaddr_un{}.sun_path - 1);
  if (!is_given("--url")) return std::nullopt;
  auto address = client::http_address(options.url, "/publish/stream");
  if (!address) return "--url " + address.error();
  options.url = std::move(address).value().url;
  return std::nullopt;
}

// What is wrong with the options together, once they are parsed.
std::optional<std::string> error(const CLI::App& app, const std::string& split, Options& options) {
  if (const auto others = app.remaining(); !others.empty()) return unknown_argument(others.front());
  if (auto wrong = not_text(app)) return wrong;
  if (options.topics.empty()) return "a topic is missing: sse-worker pipe --topic TOPIC";
  if (split != "line" && split != "chunk")
    return fmt::format("--split must be line or chunk, not '{}'", base::printable(split));
  options.split = split == "line" ? Split::line : Split::chunk;
  return wrong_way(app, options);
}

}  // namespace

std::vector<std::pair<std::string, std::string>> stream_parameters(const Options& options) {
  std::vector<std::pair<std::string, std::string>> parameters;
  for (const auto& topic : options.topics) parameters.emplace_back("topic", topic);
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) parameters.emplace_back(name, value);
  };
  add("event", options.event);
  add("key", options.key);
  add("private", options.is_private ? "1" : "");
  add("abort", options.abort_type);
  add("writer", options.writer);
  return parameters;
}

std::variant<Options, int> parse_command_line(int argc, char** argv) {
  Options options;
  std::string split = "line";
  CLI::App app(description, "sse-worker pipe");
  constexpr std::size_t column = 20;
  app.get_formatter()->column_width(column);
  app.footer(footer);
  app.allow_extras();
  app.set_help_flag("-h,--help", "Print this help");
  app.set_version_flag("--version", "sse-worker-pipe " SSE_WORKER_VERSION, "Print the version");
  const auto option = [&](const char* name, auto& value, const char* help, const char* kind) {
    return app.add_option(name, value, help)->option_text(kind);
  };
  option("--topic", options.topics, "Topic of the events; repeatable", "TOPIC")->allow_extra_args(false);
  option("--event", options.event, "Type of the events", "TYPE");
  option("--key", options.key, "Key of the events, for topics that conflate", "KEY");
  app.add_flag("--private", options.is_private, "Only for readers to whom a topic is granted");
  option("--split", split, "What is an event: line (the default), or chunk,\nwhat comes at once", "WHAT");
  option("--socket", options.socket, "The worker's publish.listen; default:\n/run/sse-worker/publish.sock",
         "PATH");
  option("--url", options.url, "Publish over HTTP; the path /publish/stream is added\nwhere the URL has none",
         "URL");
  option("--key-file", options.key_file, "A file with the publish key or a token, for --url", "FILE");
  app.add_flag("--close", options.close_topics, "Close the topics at the end of the input");
  option("--abort", options.abort_type, "Send readers an event of this type if this program\ndies", "TYPE");
  option("--writer", options.writer, "One writer at a time: take the topics over from the\none before",
         "NAME");
  app.add_flag("--quiet", options.quiet, "Print errors only");
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    return mistake(wrong_number(error.what()));
  }
  if (const auto wrong = error(app, split, options)) return mistake(*wrong);
  return options;
}

}  // namespace worker::pipe
