#include "options.hpp"

#include <CLI/CLI.hpp>
#include <map>

namespace sse::bench {

std::optional<Options> parse_options(int argc, char** argv, int& exit_code) {
  const std::map<std::string, Until> untils{
      {"first", Until::first}, {"end", Until::end}, {"hold", Until::hold}};
  const std::map<std::string, std::int64_t> units{{"ms", 1}, {"s", 1'000}, {"m", 60'000}};
  Options options;
  std::int64_t duration_ms = options.duration.count();
  std::int64_t probe_interval_ms = 0;

  CLI::App app{"Opens many Server-Sent Events streams, reads them, and prints what it saw as JSON."};
  app.add_option("--url", options.url, "where the streams are, http:// and IPv4")->required();
  app.add_option("--streams", options.fleet.streams, "how many")->capture_default_str();
  app.add_option("--rate", options.fleet.rate, "opens per second; 0: as fast as they are answered")
      ->capture_default_str();
  app.add_option("--inflight", options.fleet.in_flight_max,
                 "with --rate 0: how many may wait for their first event")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--duration", duration_ms, "the longest the run may take: 12s, 500ms, 2m (default 12s)")
      ->transform(CLI::AsNumberWithUnit(units, CLI::AsNumberWithUnit::UNIT_REQUIRED))
      ->option_text("TIME");
  app.add_option(
         "--until", options.until,
         "what ends it earlier: first (event of every stream, the default), end (of every stream), hold")
      ->transform(CLI::CheckedTransformer(untils))
      ->option_text("first|end|hold");
  app.add_option("--source-addresses", options.source_addresses, "local addresses to connect from, in turn")
      ->delimiter(',');
  app.add_option("--after-open", options.probes.count,
                 "once all are open: open so many more, one after the other")
      ->capture_default_str();
  app.add_option("--probe-interval", probe_interval_ms,
                 "from one of these to the next: 10ms (default: at once)")
      ->transform(CLI::AsNumberWithUnit(units, CLI::AsNumberWithUnit::UNIT_REQUIRED))
      ->option_text("TIME");
  auto* const silent_path =
      app.add_option("--silent-fcgi", options.silent_path, "FastCGI Unix socket for silent peers");
  app.add_option("--silent", options.silent, "how many silent peers")->needs(silent_path);
  app.add_option("--watch-pid", options.watched, "NAME=PID, repeatable: report its memory and CPU time");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    exit_code = app.exit(error) == 0 ? 0 : 2;
    return std::nullopt;
  }
  options.duration = std::chrono::milliseconds(duration_ms);
  options.probes.interval = std::chrono::milliseconds(probe_interval_ms);
  return options;
}

}  // namespace sse::bench
