// CommandLine: what the command lines of pipe, probe and top have in common: help, version, and a sentence
// for each mistake. A program adds its options, parses, and checks what only it can know. Owned by that
// parser; one thread. The values that options are bound to outlive it.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace worker::client {

class CommandLine {
 public:
  /// Of `sse-worker NAME`. `stray_hint` is the end of the sentence about an argument too many.
  CommandLine(std::string name, const char* description, const char* footer, const char* stray_hint = "");

  /// An option or, without dashes, a positional; `kind` stands for its value in the help and in mistakes.
  template <typename Value>
  CLI::Option* option(const char* name, Value& value, const char* help, const char* kind) {
    return app_.add_option(name, value, help)->option_text(kind);
  }
  void flag(const char* name, bool& value, const char* help) { app_.add_flag(name, value, help); }

  /// Gives the options their values. The exit status where everything is said already: 0 after --help or
  /// --version, 2 after a mistake, such as a value of an option that is empty or not UTF-8.
  std::optional<int> parse(int argc, char** argv);
  bool has(const char* name) const { return app_.count(name) > 0; }
  /// Prints the sentence and where help is; returns the exit status.
  int mistake(std::string_view sentence) const;

 private:
  std::string unknown_argument(std::string_view argument) const;
  std::string wrong_number(std::string_view said) const;
  std::optional<std::string> not_text() const;

  const std::string name_;
  const std::string version_;
  const char* const stray_hint_;
  CLI::App app_;
};

}  // namespace worker::client
