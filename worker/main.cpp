// sse-worker: composition only. Reads the command line and the configuration, makes the rooms, and turns the
// loop.
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "app/log_metrics.hpp"
#include "app/open_store.hpp"
#include "app/reactor.hpp"
#include "app/reload.hpp"
#include "base/account.hpp"
#include "base/run_threads.hpp"
#include "base/signals.hpp"
#include "base/standard_streams.hpp"
#include "config/command_line.hpp"
#include "config/file_access.hpp"
#include "net/listen_check.hpp"
#include "net/listening_socket.hpp"
#include "store/redis/redis_warning.hpp"
#include "store/sqlite/boot_id.hpp"
#include "store/sqlite/storage_access.hpp"

namespace {

using namespace worker;

constexpr int exit_failure = 1;
constexpr int exit_config_error = 2;

// The user that the unit and the documented spawn-fcgi command run the worker as.
constexpr const char* usual_user = "sse-worker";

int mistake(const std::string& sentence) {
  base::report(sentence);
  return exit_config_error;
}

// A stream is a descriptor; the soft limit of 1,024 that most systems set is meant for select().
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

// Returns the exit status. If one reactor fails, all end: its streams are lost, and a new process can serve
// every reader again.
int run_all(std::deque<app::Reactor>& reactors, base::Logger& logger) {
  std::vector<std::function<void()>> runs;
  for (auto& reactor : reactors) runs.emplace_back([&reactor] { reactor.run(); });
  try {
    base::run_threads(runs, [&] {
      for (auto& reactor : reactors) reactor.stop();
    });
    return 0;
  } catch (const std::exception& error) {
    logger.critical("stopping after an internal error: error=\"{}\"", error.what());
    return exit_failure;
  }
}

// A gauge that is read when somebody asks for the metrics, on the thread that asks.
void gauge_of(metrics::Registry& registry, const std::string& name, std::string_view help,
              std::function<std::size_t()> read) {
  auto& gauge = registry.gauge(name, help);
  registry.on_render([&gauge, read = std::move(read)] { gauge.set(static_cast<std::int64_t>(read())); });
}

void tell_streams(metrics::Registry& registry, const api::StreamSlots& slots) {
  gauge_of(registry, "sse_worker_stream_source_addresses",
           "IPv4 addresses and IPv6 /64 networks with open streams or long polls.",
           [&] { return slots.addresses().networks(); });
  gauge_of(
      registry, "sse_worker_unlimited_streams",
      "Streams and long polls that streams.per_address_max does not limit: from loopback addresses, from "
      "Unix sockets, and without REMOTE_ADDR.",
      [&] { return slots.uncounted(); });
  gauge_of(registry, "sse_worker_subscriptions_bytes",
           "Memory used by the topics and patterns of all subscriptions.",
           [&] { return slots.subscriptions().used(); });
}

void export_connection_metrics(metrics::Registry& registry, const fcgi::ConnectionTotals& load) {
  gauge_of(registry, "sse_worker_pending_connections", "FastCGI connections without a complete request yet.",
           [&] { return load.pending.load(); });
  gauge_of(registry, "sse_worker_idle_connections",
           "Kept FastCGI connections that wait for their next request.", [&] { return load.idle.load(); });
  gauge_of(registry, "sse_worker_request_bodies_bytes", "Bytes of request bodies being received.",
           [&] { return load.bodies.used(); });
}

// Resets the gauge; then each reactor raises it to its own longest turn.
void export_turn_metrics(metrics::Registry& registry) {
  auto& longest = registry.gauge("sse_worker_loop_turn_seconds_max",
                                 "Longest turn of an event loop since the previous scrape.", {}, 1e-6);
  registry.on_render([&longest] { longest.set(0); });
}

int serve(const config::Config& config, const std::string& file) {
  auto listening = net::ListeningSocket::find(config.listen);
  if (!listening) return mistake("sse-worker: " + listening.error());
  raise_descriptor_limit();
  // The store's files contain what was published: only this user may read them, whatever the umask was.
  ::umask(0077);

  const auto logger = base::make_logger(config.log);
  const base::SystemClock clock;
  metrics::Registry registry;
  const auto log = app::open_log(config.history, config.storage, clock);
  const auto store = app::open_store(*log, config.storage, *logger);
  app::export_journal_metrics(registry, *log, *store);
  export_turn_metrics(registry);
  api::StreamSlots slots(config.streams.streams_max, config.streams.streams_per_address_max);
  slots.subscriptions().set_limit(config.streams.subscriptions_bytes_max);
  tell_streams(registry, slots);
  fcgi::ConnectionTotals load;
  export_connection_metrics(registry, load);
  api::AddressLimitLog address_limit_log(slots, *logger);
  api::StatsFeed stats({registry, *log, slots, clock, fcgi::shared_stdout});

  const app::SharedServices services{
      clock, *logger, listening.value().descriptor(), *log, *store, registry, slots, load, address_limit_log,
      stats};
  std::deque<app::Reactor> reactors;  // a reactor never moves
  for (std::size_t i = 0; i < config.loops; ++i) reactors.emplace_back(config, services);

  // Called by each reactor, on its thread; the last one closes the listening socket.
  const auto not_accepting = [&, lanes_accepting = std::make_shared<std::atomic<std::size_t>>(config.loops)] {
    if (--*lanes_accepting == 0) listening.value().close();
  };
  app::Reload reload(file, config, reactors, *log, *store, slots, *logger);
  reactors.front().loop().on_signals({SIGTERM, SIGINT, SIGHUP}, [&, stopping = false](int signal) mutable {
    if (signal == SIGHUP) return reload();
    const bool again = std::exchange(stopping, true);
    logger->info("shutting down: signal={} streams={} immediate={}", signal, slots.used(), again);
    for (auto& reactor : reactors) again ? reactor.stop() : reactor.drain(not_accepting);
  });
  logger->info("started: version={} listen=\"{}\"", SSE_WORKER_VERSION, listening.value().origin());
  for (const auto& [place, sentence] : config.warnings) logger->warn("{}: {}", place, sentence);
  if (const auto warning = config::exposure_warning(config, file)) logger->warn("{}: {}", file, *warning);
  const int status = run_all(reactors, *logger);
  store->close();
  logger->info("stopped");
  // An orderly end stays one, whoever is in a hurry while the last memory is given back.
  base::block_signals();
  return status;
}

// Checks as the user that will run the worker, because root may do more than that user.
int check(const config::CommandLine& line, const config::Config& config) {
  const auto& file = line.config_file;
  auto user = line.user;
  if (user.empty() && ::geteuid() == 0 && base::is_user(usual_user)) user = usual_user;
  if (!user.empty()) {
    if (const auto become = base::become(user); !become)
      return mistake("sse-worker: --user: " + become.error());
  }
  if (const auto problem = config::access_problem(file)) return mistake(*problem);
  if (const auto problem = store::storage_problem(config.storage))
    return mistake(fmt::format("{}: store.path: {}", file, *problem));
  for (const auto& [place, sentence] : config.warnings)
    fmt::print(stderr, "{}: warning: {}\n", place, sentence);
  const auto listen = net::listen_problem(config.listen);
  if (listen && listen->certain) return mistake(fmt::format("{}: listen: {}", file, listen->sentence));
  if (listen) fmt::print(stderr, "{}: warning: listen: {}\n", file, listen->sentence);
  for (const auto& warning : {config::exposure_warning(config, file), store::boot_id_warning(config.storage),
                              store::redis_warning(config.storage)}) {
    if (warning) fmt::print(stderr, "{}: warning: {}\n", file, *warning);
  }
  fmt::print("{}: ok\n", file);
  return 0;
}

}  // namespace

int main(int argc, char** argv) try {
  base::open_closed_standard_streams();
  const auto parsed = config::parse_command_line(argc, argv);
  if (const auto* status = std::get_if<int>(&parsed)) return *status;
  const auto& line = std::get<config::CommandLine>(parsed);
  const auto config = line.config_file.empty() ? config::parse({}, {}) : config::load(line.config_file);
  if (!config) return mistake(config::access_problem(line.config_file).value_or(config.error()));
  if (line.verb == config::CommandLine::Verb::serve) return serve(config.value(), line.config_file);
  return check(line, config.value());
} catch (const std::exception& error) {
  base::report(fmt::format("sse-worker: {}", error.what()));
  return exit_failure;
}
