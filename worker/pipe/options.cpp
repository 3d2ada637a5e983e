#include "pipe/options.hpp"

#include <fmt/format.h>
#include <sys/un.h>

#include <optional>
#include <string_view>
#include <utility>

#include "base/printable.hpp"
#include "client/address.hpp"
#include "client/command_line.hpp"

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

// What is wrong with where the events go.
std::optional<std::string> wrong_way(const client::CommandLine& line, Options& options) {
  if (line.has("--url") && line.has("--socket")) return "--socket and --url are given; events go one way";
  if (line.has("--key-file") && !line.has("--url"))
    return "--key-file needs --url: a local socket asks for no key";
  if (options.socket.size() >= sizeof sockaddr_un{}.sun_path)
    return fmt::format("--socket must be at most {} bytes long", sizeof sockaddr_un{}.sun_path - 1);
  if (!line.has("--url")) return std::nullopt;
  auto address = client::http_address(options.url, "/publish/stream");
  if (!address) return "--url " + address.error();
  options.url = std::move(address).value().url;
  return std::nullopt;
}

// What is wrong with the options together, once they are parsed.
std::optional<std::string> error(const client::CommandLine& line, const std::string& split,
                                 Options& options) {
  if (options.topics.empty()) return "a topic is missing: sse-worker pipe --topic TOPIC";
  if (split != "line" && split != "chunk")
    return fmt::format("--split must be line or chunk, not '{}'", base::printable(split));
  options.split = split == "line" ? Split::line : Split::chunk;
  return wrong_way(line, options);
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
  client::CommandLine line("pipe", description, footer,
                           "; a file is read with: sse-worker pipe --topic TOPIC < FILE");
  line.option("--topic", options.topics, "Topic of the events; repeatable", "TOPIC")->allow_extra_args(false);
  line.option("--event", options.event, "Type of the events", "TYPE");
  line.option("--key", options.key, "Key of the events, for topics that conflate", "KEY");
  line.flag("--private", options.is_private, "Only for readers to whom a topic is granted");
  line.option("--split", split, "What is an event: line (the default), or chunk,\nwhat comes at once",
              "line|chunk");
  line.option("--socket", options.socket,
              "The worker's publish.listen; default:\n/run/sse-worker/publish.sock", "PATH");
  line.option("--url", options.url,
              "Publish over HTTP; the path /publish/stream is added\nwhere the URL has none", "URL");
  line.option("--key-file", options.key_file, "A file with the publish key or a token, for --url", "FILE");
  line.flag("--close", options.close_topics, "Close the topics at the end of the input");
  line.option("--abort", options.abort_type, "Send readers an event of this type if this program\ndies",
              "TYPE");
  line.option("--writer", options.writer, "One writer at a time: take the topics over from the\none before",
              "NAME");
  line.flag("--quiet", options.quiet, "Print errors only");
  if (const auto status = line.parse(argc, argv)) return *status;
  if (const auto wrong = error(line, split, options)) return line.mistake(*wrong);
  return options;
}

}  // namespace worker::pipe
