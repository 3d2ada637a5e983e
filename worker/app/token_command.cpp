#include "app/token_command.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>

#include "access/compact_token.hpp"
#include "access/key_files.hpp"
#include "access/token_report.hpp"
#include "access/token_signer.hpp"
#include "app/exit_status.hpp"
#include "base/printable.hpp"

namespace worker::app {
namespace {

std::chrono::sys_seconds now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

const char* section(const config::TokenCommand& command) {
  return command.for_publishers ? "access.tokens.publishers" : "access.tokens.readers";
}

base::Result<access::Key, std::string> configured_secret(const config::CommandLine& line,
                                                         const access::TokenSettings& tokens) {
  auto loaded = access::KeyFiles(tokens.keys).load();
  if (!loaded) return base::failure(std::move(loaded).error());
  for (auto& key : loaded.value().keys) {
    if (access::kind_of(key.algorithm) == access::KeyKind::secret) return std::move(key);
  }
  return base::failure(
      fmt::format("{}: {}.keys has no secret to sign with; give the private key with --key FILE",
                  line.config_file, section(line.token)));
}

base::Result<access::Key, std::string> signing_key(const config::CommandLine& line,
                                                   const access::TokenSettings& tokens) {
  const auto& command = line.token;
  const auto algorithm = access::algorithm_named(command.algorithm);
  if (!command.algorithm.empty() && !algorithm)
    return base::failure(fmt::format("--algorithm: {} is not supported; supported are {}",
                                     base::printable(command.algorithm),
                                     fmt::join(access::algorithm_names, ", ")));
  if (!command.key_file.empty()) return access::read_signing_key(command.key_file, algorithm);
  if (!command.secret_file.empty())
    return access::read_secret_key(command.secret_file, algorithm.value_or(access::Algorithm::hs256));
  return configured_secret(line, tokens);
}

int make(const config::CommandLine& line, const access::TokenSettings& tokens) {
  const auto key = signing_key(line, tokens);
  if (!key) return fail_config("sse-worker: " + key.error());
  const auto& command = line.token;
  const auto signed_token = access::sign_token(
      key.value(), {command.subscribe, command.publish, command.control, command.subject, command.lifetime},
      tokens.rules, now());
  if (!signed_token) return fail_config("sse-worker: " + signed_token.error());
  fmt::print("{}\n", signed_token.value().text);
  return 0;
}

// A shell or an editor adds a line break.
std::string trimmed(std::string text) {
  constexpr std::string_view blanks = " \t\r\n";
  text.erase(0, std::min(text.find_first_not_of(blanks), text.size()));
  text.erase(text.find_last_not_of(blanks) + 1);
  return text;
}

std::string from_standard_input() {
  std::string text(access::token_bytes_max + 64, '\0');
  std::cin.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::cin.gcount()));
  return text;
}

int inspect(const config::CommandLine& line, const access::TokenSettings& tokens) {
  if (tokens.keys.empty()) {
    return fail_config(fmt::format("sse-worker: {}: {}.keys is empty: no token is accepted", line.config_file,
                                   section(line.token)));
  }
  auto loaded = access::KeyFiles(tokens.keys).load();
  if (!loaded) return fail_config("sse-worker: " + loaded.error());
  for (const auto& warning : loaded.value().warnings)
    fmt::print(stderr, "sse-worker: warning: {}\n", warning);
  const auto text = trimmed(line.token.token.empty() ? from_standard_input() : line.token.token);
  const auto report =
      access::report_token(text, access::KeySet(std::move(loaded.value().keys)), tokens.rules, now());
  fmt::print("{}", report.text);
  return report.accepted ? 0 : exit_failure;
}

}  // namespace

int token(const config::CommandLine& line, const config::Config& config) {
  const auto& tokens = line.token.for_publishers ? config.tokens.publishers : config.tokens.readers;
  return line.token.inspect ? inspect(line, tokens) : make(line, tokens);
}

}  // namespace worker::app
