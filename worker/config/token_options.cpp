#include "config/token_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/number.hpp"
#include "base/printable.hpp"

namespace worker::config {
namespace {

// No line is longer than 80 columns.
constexpr auto token_footer =
    R"help(Prints the token and nothing else:

  curl https://example.org/events?topic=chat/42 -H "Authorization: Bearer \
    $(sse-worker token --config FILE --subscribe chat/42)"

It is signed with the first secret (HS256, HS384, HS512) of the configuration,
or with --secret-file, or with a private key (--key). It has the audience and
the issuer that the configuration requires.

--inspect says which topics a token opens, which key has signed it, when it
ends, and why the worker would refuse it. Prefer standard input: all users of a
machine can see arguments.
Exit status: 0 if the token was made or would be accepted, 1 if it would be
refused, 2 for an error in the command line, the configuration or a key.)help";

// "90", "90s", "15m", "1h", "7d".
std::optional<std::chrono::seconds> lifetime(std::string_view text) {
  constexpr std::array<std::pair<char, unsigned>, 4> units = {
      {{'s', 1}, {'m', 60}, {'h', 3'600}, {'d', 86'400}}};
  constexpr unsigned long year = 366UL * 86'400;
  unsigned long unit = 1;
  if (!text.empty()) {
    const auto* found = std::ranges::find(units, text.back(), [](const auto& each) { return each.first; });
    if (found != units.end()) {
      unit = found->second;
      text.remove_suffix(1);
    }
  }
  const auto number = base::parse_number<unsigned long>(text);
  if (!number || *number == 0 || *number > 10 * year / unit) return std::nullopt;
  return std::chrono::seconds(*number * unit);
}

}  // namespace

TokenOptions::TokenOptions(CLI::App& app, TokenCommand& command)
    : command_(command),
      verb_(app.add_subcommand("token", "Make a token for readers or publishers, or explain one")) {
  verb_->allow_extras();
  verb_->fallthrough();
  verb_->footer(token_footer);
  const auto option = [&](const char* name, auto& value, const char* help, const char* kind) {
    return verb_->add_option(name, value, help)->option_text(kind);
  };
  option("--subscribe", command_.subscribe, "Topic or pattern to read; repeatable", "TOPIC")
      ->allow_extra_args(false);
  option("--publish", command_.publish, "Topic or pattern to publish to; repeatable", "TOPIC")
      ->allow_extra_args(false);
  option("--subject", command_.subject, "Who gets the token (`sub`)", "TEXT");
  option("--expires", expires_, "When it ends: 90s, 15m, 1h, 7d; default: 1h", "TIME");
  verb_->add_flag("--control", command_.control, "Allow administrative requests");
  option("--for", for_, "Whose keys and rules: readers or publishers; default: readers", "WHO");
  option("--secret-file", command_.secret_file, "Sign with the secret in FILE", "FILE");
  option("--key", command_.key_file, "Sign with the private key in FILE, PEM or JWK", "FILE");
  option("--algorithm", command_.algorithm, "Such as RS256, where the key has several", "NAME");
  inspect_ = option("--inspect", command_.token, "Explain TOKEN, or the one on standard input", "[TOKEN]")
                 ->expected(0, 1);
}

std::optional<std::string> TokenOptions::error(bool has_config) {
  command_.inspect = inspect_->count() > 0;
  const auto time = lifetime(expires_);
  if (!time) {
    return fmt::format("--expires must be a time of up to 10 years such as 90s, 15m, 1h or 7d, not '{}'",
                       base::printable(expires_));
  }
  command_.lifetime = *time;
  if (for_ != "readers" && for_ != "publishers")
    return fmt::format("--for must be readers or publishers, not '{}'", base::printable(for_));
  command_.for_publishers = for_ == "publishers";
  if (command_.inspect) {
    return has_config ? std::nullopt
                      : std::optional<std::string>(
                            "--inspect needs the keys: sse-worker token --inspect --config FILE");
  }
  if (!command_.secret_file.empty() && !command_.key_file.empty())
    return "--secret-file and --key are given; one key signs a token";
  if (!has_config && command_.secret_file.empty() && command_.key_file.empty())
    return "a token needs a key: --config FILE, --secret-file FILE or --key FILE";
  if (command_.subscribe.empty() && command_.publish.empty() && !command_.control)
    return "a token that opens nothing is of no use; add --subscribe TOPIC or --publish TOPIC";
  return std::nullopt;
}

}  // namespace worker::config
