#include "probe/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "base/number.hpp"
#include "base/printable.hpp"
#include "client/address.hpp"
#include "client/command_line.hpp"

namespace worker::probe {
namespace {

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

std::optional<std::string> assign_seconds(const client::CommandLine& line, const char* name,
                                          const std::string& text, std::chrono::seconds most,
                                          std::chrono::seconds& to) {
  if (!line.has(name)) return std::nullopt;
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
std::optional<std::string> error(const client::CommandLine& line, const Texts& texts, Options& options) {
  if (options.url.empty()) return "a URL is missing: sse-worker probe https://push.example.org/events";
  if (auto wrong = wrong_url(options.url, "the URL", "/events")) return wrong;
  if (line.has("--publish"))
    if (auto wrong = wrong_url(options.publish_url, "--publish", "/publish")) return wrong;
  if (line.has("--origin") && !is_origin(options.origin))
    return fmt::format("--origin must be an origin such as https://app.example.com, not '{}'",
                       base::printable(options.origin));
  constexpr std::chrono::seconds day{86'400}, hour{3'600};
  if (auto wrong = assign_seconds(line, "--idle", texts.idle, day, options.idle)) return wrong;
  return assign_seconds(line, "--timeout", texts.timeout, hour, options.timeout);
}

}  // namespace

std::variant<Options, int> parse_command_line(int argc, char** argv) {
  Options options;
  Texts texts;
  client::CommandLine line("probe", description, footer);
  line.option("URL", options.url, "The address of the streams, as readers have it", " ");
  line.option("--publish", options.publish_url,
              "Where to publish; default with --key-file: /publish\nbeside URL", "URL");
  line.option("--key-file", options.key_file, "A file with the publish key or a token", "FILE");
  line.option("--header-file", options.header_file,
              "A file with headers of a reader, one a line, such\nas Cookie: or Authorization:", "FILE");
  line.option("--topic", options.topic, "Topic of the probe's events; default: a random one", "TOPIC");
  line.option("--origin", options.origin, "Ask as a page of this origin: https://app.example.com", "ORIGIN");
  line.option("--idle", texts.idle, "Keep a stream without events open for so long", "SECONDS");
  line.option("--timeout", texts.timeout, "The most that all but --idle takes; default: 30", "SECONDS");
  line.flag("--json", options.as_json, "Print JSON");
  if (const auto status = line.parse(argc, argv)) return *status;
  if (const auto wrong = error(line, texts, options)) return line.mistake(*wrong);
  return options;
}

}  // namespace worker::probe
