// Options: what the operator asked `sse-worker pipe` to do. A value, checked once, when the command line is
// read.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace worker::pipe {

enum class Split {
  line,   // each line is an event
  chunk,  // what one read gives is an event
};

struct Options {
  std::vector<std::string> topics;
  /// Of all events; empty for none.
  std::string event, key;
  bool is_private = false;
  Split split = Split::line;
  /// The local publish socket. Not used where there is a URL.
  std::string socket = "/run/sse-worker/publish.sock";
  /// http or https, with the path of publish streams; empty: the socket.
  std::string url;
  /// The file with the publish key; empty for none.
  std::string key_file;
  bool close_topics = false;
  /// The type of the event that tells readers that this program has died; empty for none.
  std::string abort_type;
  /// Of several programs that publish to a topic with a writer, only the latest may; empty for none.
  std::string writer;
  bool quiet = false;
};

/// What all events of a publish stream have in common, as docs/publish-streams.md names it.
std::vector<std::pair<std::string, std::string>> stream_parameters(const Options& options);

/// The exit status instead where everything is said already: 0 after --help or --version, 2 after a mistake.
std::variant<Options, int> parse_command_line(int argc, char** argv);

}  // namespace worker::pipe
