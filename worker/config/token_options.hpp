// TokenOptions: the options of `sse-worker token`.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "config/command_line.hpp"

namespace worker::config {

class TokenOptions {
 public:
  /// Adds the command to `app`. Parsing fills `command`; both must outlive this.
  TokenOptions(CLI::App& app, TokenCommand& command);

  bool parsed() const { return verb_->parsed(); }
  /// What is wrong with the options together, once they are parsed. Fills in what needs no parser of CLI11.
  std::optional<std::string> error(bool has_config);

 private:
  TokenCommand& command_;
  std::string expires_ = "1h", for_ = "readers";
  CLI::App* verb_;
  CLI::Option* inspect_;
};

}  // namespace worker::config
