#include "top/options.hpp"

#include <optional>
#include <utility>

#include "client/address.hpp"
#include "client/command_line.hpp"

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

std::optional<std::string> error(Options& options) {
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
  client::CommandLine line("top", description, footer);
  line.option("URL", options.url, "The address of the streams; default:\nhttp://127.0.0.1/events", " ");
  line.option("--key-file", options.key_file, "A file with the publish key", "FILE");
  line.flag("--once", options.once, "Print the figures of one second, and end");
  if (const auto status = line.parse(argc, argv)) return *status;
  if (const auto wrong = error(options)) return line.mistake(*wrong);
  return options;
}

}  // namespace worker::top
