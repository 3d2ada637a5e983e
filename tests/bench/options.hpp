// Options: the command line of sse-load as values. Parsing answers --help and bad usage itself.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fleet.hpp"
#include "probes.hpp"
#include "publishing.hpp"

namespace sse::bench {

/// What ends a run before its duration does.
enum class Until {
  /// Every stream has had its first event, and every probe too.
  first,
  /// Every stream has ended.
  end,
  /// Everything was published, and every reader has what it should have.
  delivered,
  /// Nothing: the streams are held to the last.
  hold
};

struct Options {
  std::string url;
  /// Streams are read over HTTP/2, so many over each connection.
  bool http2 = false;
  std::size_t streams_per_connection = 1;
  FleetPlan fleet;
  std::chrono::milliseconds duration{12'000};
  Until until = Until::first;
  std::vector<std::string> source_addresses;
  ProbePlan probes;
  /// Where events are published; by default /publish of the same server.
  std::string publish_url;
  /// What they are published under; none: what the streams subscribe to.
  std::vector<std::string> publish_topics;
  PublishPlan publish;
  std::string silent_path;
  std::size_t silent = 0;
  std::vector<std::string> watched;
};

/// Nothing: the program is to exit with `exit_code`, and has said why.
std::optional<Options> parse_options(int argc, char** argv, int& exit_code);

}  // namespace sse::bench
