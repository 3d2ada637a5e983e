// sse-worker: composition only. Reads the command line and the configuration, makes the rooms, and turns the
// loop.
#include <fmt/format.h>
#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <deque>
#include <exception>
#include <iterator>
#include <memory>
#include <thread>

#include "base/signals.hpp"
#include "config/command_line.hpp"
#include "journal/boot_id.hpp"
#include "journal/open.hpp"
#include "journal_metrics.hpp"
#include "lane.hpp"
#include "net/listening_socket.hpp"
#include "reload.hpp"

namespace {

using namespace worker;

constexpr int exit_mistake = 2;

int mistake(const std::string& sentence) {
  fmt::print(stderr, "{}\n", sentence);
  return exit_mistake;
}

// A stream is a descriptor; the soft limit of 1,024 that most systems set is meant for select().
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

void tell_addresses(metrics::Registry& registry, const api::StreamSlots& slots) {
  auto& addresses = registry.gauge("sse_worker_stream_addresses",
                                   "IPv4 addresses and IPv6 /64 networks that hold streams or long polls.");
  auto& uncounted = registry.gauge("sse_worker_uncounted_streams",
                                   "Streams and long polls that streams.per_address_max does not limit: from "
                                   "loopback addresses, from Unix sockets, and without REMOTE_ADDR.");
  registry.on_text([&] {
    addresses.set(static_cast<std::int64_t>(slots.addresses().networks()));
    uncounted.set(static_cast<std::int64_t>(slots.uncounted()));
  });
}

void tell_load(metrics::Registry& registry, const api::StreamSlots& slots, const fcgi::Load& load) {
  auto& pending = registry.gauge("sse_worker_pending_connections",
                                 "FastCGI connections that have begun a request, or had none yet.");
  auto& idle = registry.gauge("sse_worker_idle_connections",
                              "FastCGI connections that were served and wait for their next request.");
  auto& bodies = registry.gauge("sse_worker_bodies_bytes", "Bytes of requests' bodies that are coming in.");
  auto& subscriptions = registry.gauge("sse_worker_subscriptions_bytes",
                                       "Bytes that the topics and patterns of all readers take.");
  registry.on_text([&] {
    pending.set(static_cast<std::int64_t>(load.pending));
    idle.set(static_cast<std::int64_t>(load.idle));
    bodies.set(static_cast<std::int64_t>(load.bodies.used()));
    subscriptions.set(static_cast<std::int64_t>(slots.subscriptions().used()));
  });
}

int serve(const config::Config& config, const std::string& file) {
  auto listening = net::ListeningSocket::find(config.listen);
  if (!listening) return mistake("sse-worker: " + listening.error());
  raise_descriptor_limit();

  const auto log = base::make_log(config.log);
  const base::SystemClock clock;
  metrics::Registry registry;
  const auto opened = journal::open(config.history, config.storage, clock, *log);
  auto& journal = *opened;
  tell_journal(registry, journal);
  api::StreamSlots slots(config.streams.streams_max, config.streams.streams_per_address_max);
  slots.subscriptions().set_most(config.streams.subscriptions_bytes_max);
  tell_addresses(registry, slots);
  fcgi::Load load;
  tell_load(registry, slots, load);
  api::AddressLimitLog address_limit_log(slots, *log);
  api::StatsFeed stats({registry, journal, slots, clock, fcgi::shared_stdout});

  const Commons commons{
      clock, *log, listening.value().descriptor(), journal, registry, slots, load, address_limit_log, stats};
  std::deque<Lane> lanes;  // a lane never moves
  for (std::size_t i = 0; i < config.loops; ++i) lanes.emplace_back(config, commons);

  // Called by each lane, on its thread; the last one closes the door.
  const auto not_accepting = [&, lanes_accepting = std::make_shared<std::atomic<std::size_t>>(config.loops)] {
    if (--*lanes_accepting == 0) listening.value().close();
  };
  Reload reload(file, config, lanes, journal, slots, *log);
  lanes.front().loop().on_signals({SIGTERM, SIGINT, SIGHUP}, [&, stopping = false](int signal) mutable {
    if (signal == SIGHUP) return reload();
    const bool again = std::exchange(stopping, true);
    log->info("signal {}: ending {} streams{}", signal, slots.used(), again ? " at once" : "");
    for (auto& lane : lanes) again ? lane.stop() : lane.drain(not_accepting);
  });
  log->info("sse-worker {} serves on {}", SSE_WORKER_VERSION, listening.value().origin());
  {
    std::vector<std::jthread> threads;
    for (auto lane = std::next(lanes.begin()); lane != lanes.end(); ++lane)
      threads.emplace_back([lane] { lane->run(); });
    lanes.front().run();
  }
  journal.close();
  log->info("stopped");
  // An orderly end stays one, whoever is in a hurry while the last memory is given back.
  base::block_signals();
  return 0;
}

}  // namespace

int main(int argc, char** argv) try {
  const auto parsed = config::parse_command_line(argc, argv);
  if (const auto* status = std::get_if<int>(&parsed)) return *status;
  const auto& line = std::get<config::CommandLine>(parsed);
  const auto config = line.config_file.empty() ? config::parse({}, {}) : config::load(line.config_file);
  if (!config) return mistake(config.error());
  if (line.verb == config::CommandLine::Verb::serve) return serve(config.value(), line.config_file);
  if (const auto warning = journal::boot_id_warning(config.value().storage))
    fmt::print(stderr, "{}: warning: {}\n", line.config_file, *warning);
  fmt::print("{}: ok\n", line.config_file);
  return 0;
} catch (const std::exception& error) {
  fmt::print(stderr, "sse-worker: {}\n", error.what());
  return 1;
}
