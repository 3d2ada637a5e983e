#include "options.hpp"

#include <CLI/CLI.hpp>
#include <map>
#include <stdexcept>
#include <string>

namespace sse::bench {
namespace {

// `12s`, `500ms`, `2m`.
CLI::Option* add_time(CLI::App& app, const std::string& name, std::chrono::milliseconds& time,
                      const std::string& help) {
  static const std::map<std::string, std::int64_t> units{{"ms", 1}, {"s", 1'000}, {"m", 60'000}};
  const auto set = [&time](const std::int64_t& milliseconds) {
    time = std::chrono::milliseconds(milliseconds);
  };
  return app.add_option_function<std::int64_t>(name, set, help)
      ->transform(CLI::AsNumberWithUnit(units, CLI::AsNumberWithUnit::UNIT_REQUIRED))
      ->option_text("TIME");
}

void add_streams(CLI::App& app, Options& options) {
  FleetPlan& fleet = options.fleet;
  app.add_option(
         "--url", options.url,
         "where the streams are, http:// or https://, IPv4; no certificate is checked, so use https:// "
         "with a server of your own only")
      ->required();
  app.add_option("--streams", fleet.streams, "how many")->capture_default_str();
  app.add_option("--topic", fleet.topics,
                 "what each subscribes to, repeatable; {n} is the stream's number (default: greetings)");
  app.add_option("--topics", fleet.numbers, "{n} runs from 0 below this (default: as many as streams)");
  app.add_option("--rate", fleet.rate, "opens per second; 0: as fast as they are answered")
      ->capture_default_str();
  app.add_option("--inflight", fleet.in_flight_max, "with --rate 0: how many may wait for their first event")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--source-addresses", options.source_addresses, "local addresses to connect from, in turn")
      ->delimiter(',');
  app.add_option("--leave-after", fleet.leave_after,
                 "each leaves with so many events; when all is published they return with their cursors");
  static const std::map<std::string, Protocol> protocols{
      {"sse", Protocol::sse}, {"websocket", Protocol::websocket}, {"longpoll", Protocol::longpoll}};
  static const std::map<std::string, TopicsAs> forms{{"repeated", TopicsAs::repeated},
                                                     {"joined", TopicsAs::joined}};
  app.add_option("--protocol", fleet.protocol, "how events are read (default sse)")
      ->transform(CLI::CheckedTransformer(protocols))
      ->option_text("sse|websocket|longpoll");
  app.add_option("--topics-as", fleet.topics_as,
                 "several in a query: topic=a&topic=b (default), or topic=a,b")
      ->transform(CLI::CheckedTransformer(forms))
      ->option_text("repeated|joined");
  auto* const http2 =
      app.add_flag("--http2", options.http2,
                   "streams are read over HTTP/2: by ALPN with https://, else by prior knowledge");
  app.add_option("--streams-per-connection", options.streams_per_connection,
                 "how many of them share a connection")
      ->capture_default_str()
      ->check(CLI::PositiveNumber)
      ->needs(http2);
  add_time(app, "--pause", fleet.pause,
           "after each read a stream takes nothing for so long (default: it takes at once)");
  app.add_flag("--reconnect", fleet.reconnect, "what breaks off returns with its cursor, as browsers do");
}

void add_publishing(CLI::App& app, Options& options) {
  PublishPlan& publish = options.publish;
  app.add_option("--publish-count", publish.count, "once all are open: publish so many events");
  add_time(app, "--publish-for", publish.time, "... or for so long");
  app.add_option("--publish-rate", publish.rate, "events per second; 0: whenever one is answered")
      ->capture_default_str();
  app.add_option("--publish-batch", publish.batch,
                 "events per request: 1 as JSON, more as NDJSON; of a stream: events per write")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--publish-connections", publish.connections, "how many publish side by side")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option(
      "--publish-url", options.publish_url,
      "default: /publish of the same server, or /publish/stream; for a stream also unix:PATH, without HTTP");
  app.add_option("--publish-topic", options.publish_topics,
                 "repeatable, each {n} in turn (default: what the streams subscribe to)");
  app.add_option("--payload", publish.data_size, "bytes of data in an event")
      ->capture_default_str()
      ->check(CLI::Range(stamp_size, std::size_t{1} << 20));
  static const std::map<std::string, PublishAs> forms{
      {"json", PublishAs::json}, {"raw", PublishAs::raw}, {"stream", PublishAs::stream}};
  app.add_option(
         "--publish-as", publish.as,
         "json (default); raw: one event's data as the body, its topic in the query; stream: lines in a "
         "request "
         "that stays open, each connection with one topic in its address, if there are enough connections")
      ->transform(CLI::CheckedTransformer(forms))
      ->option_text("json|raw|stream");
  app.add_option("--publish-unanswered", publish.unanswered_max,
                 "events of a stream that may wait for their answers")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--ahead", publish.deliveries_ahead_max,
                 "publishing pauses while readers are behind by more events than this, on average");
}

void add_others(CLI::App& app, Options& options) {
  app.add_option("--after-open", options.probes.count,
                 "once all are open: open so many more, one after the other")
      ->capture_default_str();
  add_time(app, "--probe-interval", options.probes.interval,
           "from one of these to the next: 10ms (default: at once)");
  auto* const silent_path =
      app.add_option("--silent-fcgi", options.silent_path, "FastCGI Unix socket for silent peers");
  app.add_option("--silent", options.silent, "how many silent peers")->needs(silent_path);
  app.add_option("--watch-pid", options.watched, "NAME=PID, repeatable: report its memory and CPU time");
}

void add_end(CLI::App& app, Options& options) {
  static const std::map<std::string, Until> untils{
      {"first", Until::first}, {"end", Until::end}, {"delivered", Until::delivered}, {"hold", Until::hold}};
  add_time(app, "--duration", options.duration, "the longest the run may take: 12s, 500ms, 2m (default 12s)");
  app.add_option(
         "--until", options.until,
         "what ends it earlier: first (event of every stream), end (of every stream), delivered (all that "
         "is published, to all), hold (nothing); default: delivered when publishing, else first")
      ->transform(CLI::CheckedTransformer(untils))
      ->option_text("first|end|delivered|hold");
}

// What no single option tells. Throws std::invalid_argument.
void check(const Options& options) {
  const auto is_local = [](const std::string& url) { return url.starts_with("unix:"); };
  if (options.http2 && (options.fleet.protocol != Protocol::sse || options.fleet.pause.count() > 0))
    throw std::invalid_argument("--http2: with --protocol sse and without --pause only");
  if (options.publish.as == PublishAs::raw && options.publish.batch != 1)
    throw std::invalid_argument("--publish-batch: a raw body is one event");
  if (is_local(options.url)) throw std::invalid_argument("--url: streams are read over HTTP");
  if (is_local(options.publish_url) && options.publish.as != PublishAs::stream)
    throw std::invalid_argument("--publish-url: a Unix socket is for --publish-as stream");
}

}  // namespace

std::optional<Options> parse_options(int argc, char** argv, int& exit_code) {
  Options options;
  CLI::App app{"Opens many event streams, publishes to them, and prints what it saw as JSON."};
  add_streams(app, options);
  add_publishing(app, options);
  add_others(app, options);
  add_end(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    exit_code = app.exit(error) == 0 ? 0 : 2;
    return std::nullopt;
  }
  if (options.publish_url.empty()) {
    options.publish_url = options.url.substr(0, options.url.find('/', options.url.find("//") + 2)) +
                          (options.publish.as == PublishAs::stream ? "/publish/stream" : "/publish");
  }
  check(options);
  const bool publishes = options.publish.count > 0 || options.publish.time.count() > 0;
  if (publishes && app.count("--until") == 0) options.until = Until::delivered;
  options.publish.deliveries_ahead_max *= options.fleet.streams;
  return options;
}

}  // namespace sse::bench
