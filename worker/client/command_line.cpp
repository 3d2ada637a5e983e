#include "client/command_line.hpp"

#include <fmt/format.h>

#include <iostream>
#include <utility>
#include <vector>

#include "base/closest_match.hpp"
#include "base/printable.hpp"
#include "base/utf8.hpp"

namespace worker::client {
namespace {

constexpr int exit_mistake = 2;
constexpr std::size_t help_column = 20;

std::string needs_value(const std::string& name, const CLI::Option* option) {
  return fmt::format("{} needs a value: {} {}", name, name,
                     option == nullptr ? "VALUE" : option->get_option_text());
}

}  // namespace

CommandLine::CommandLine(std::string name, const char* description, const char* footer,
                         const char* stray_hint)
    : name_(std::move(name)),
      version_(fmt::format("sse-worker-{} {}", name_, SSE_WORKER_VERSION)),
      stray_hint_(stray_hint),
      app_(description, "sse-worker " + name_) {
  app_.get_formatter()->column_width(help_column);
  app_.footer(footer);
  app_.allow_extras();
  app_.set_help_flag("-h,--help", "Print this help");
  app_.set_version_flag("--version", version_, "Print the version");
}

std::optional<int> CommandLine::parse(int argc, char** argv) {
  try {
    app_.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app_.exit(success);
  } catch (const CLI::ParseError& error) {
    return mistake(wrong_number(error.what()));
  }
  if (const auto others = app_.remaining(); !others.empty()) return mistake(unknown_argument(others.front()));
  if (const auto wrong = not_text()) return mistake(*wrong);
  return std::nullopt;
}

int CommandLine::mistake(std::string_view sentence) const {
  std::cerr << fmt::format("sse-worker {}: {}\nRun sse-worker {} --help for help.\n", name_, sentence, name_);
  return exit_mistake;
}

std::string CommandLine::unknown_argument(std::string_view argument) const {
  const auto printable = base::printable(argument);
  if (!argument.starts_with('-') || argument.size() < 2)
    return fmt::format("{} is one argument too many{}", printable, stray_hint_);
  std::vector<std::string> known;
  for (const auto* option : app_.get_options()) {
    for (const auto& each : option->get_lnames()) known.push_back("--" + each);
    for (const auto& each : option->get_snames()) known.push_back("-" + each);
  }
  const std::vector<std::string_view> names(known.begin(), known.end());
  const auto name = argument.substr(0, argument.find('='));
  const auto meant = base::closest_match(name, names);
  return fmt::format("{} is not an option; {}", base::printable(name),
                     meant ? fmt::format("did you mean {}?", *meant)
                           : fmt::format("the options are in sse-worker {} --help", name_));
}

// The sentence for an option with too few or too many values: `said` begins with its name and a colon.
std::string CommandLine::wrong_number(std::string_view said) const {
  const std::string name(said.substr(0, said.find(':')));
  if (said.find("At Most") != std::string_view::npos)
    return fmt::format("{} is given twice; remove one", name);
  return needs_value(name, app_.get_option_no_throw(name));
}

// The first option with a value that is empty or not text. An empty positional is for its program to judge.
std::optional<std::string> CommandLine::not_text() const {
  for (const auto* option : app_.get_options()) {
    if (option->get_expected_max() == 0) continue;
    for (const auto& value : option->results()) {
      const auto name = option->get_name();
      if (value.empty() && name.starts_with('-')) return needs_value(name, option);
      if (!base::is_utf8(value)) return fmt::format("{} must be UTF-8", name);
    }
  }
  return std::nullopt;
}

}  // namespace worker::client
