// sse-worker: composition only. Reads the command line and the configuration, makes the rooms, and turns the
// loop.
#include <fmt/format.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <random>

#include "api/greeting.hpp"
#include "api/health.hpp"
#include "api/router.hpp"
#include "config/command_line.hpp"
#include "config/config.hpp"
#include "fcgi/gate.hpp"
#include "net/listening_socket.hpp"

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

int serve(const config::Config& config) {
  const auto listening = net::ListeningSocket::find(config.listen);
  if (!listening) return mistake("sse-worker: " + listening.error());
  raise_descriptor_limit();

  const auto log = base::make_log(config.log);
  const base::SystemClock clock;
  base::Random random(std::random_device{}());
  fcgi::Decoder decoder;  // before the loop: libfcgi installs signal handlers of its own
  net::Loop loop(clock);

  metrics::Registry registry;
  fcgi::Metrics fcgi_metrics(registry);
  api::StreamSlots slots(config.streams.streams_max);
  api::GreetingEndpoint greeting(loop.timers(), random, slots, config.streams, config.greeting);
  api::HealthEndpoint health;
  api::MetricsEndpoint metrics(registry);
  api::Router router;
  router.add("/events", {"GET"}, greeting);
  router.add("/healthz", {"GET"}, health);
  router.add("/metrics", {"GET"}, metrics);

  fcgi::Gate gate(loop, listening.value().descriptor(), router, config.fcgi, fcgi_metrics, *log, random,
                  decoder);
  loop.on_signals({SIGTERM, SIGINT}, [&, stopping = false](int signal) mutable {
    if (std::exchange(stopping, true)) return loop.stop();
    log->info("signal {}: ending {} streams over {} ms", signal, slots.used(), config.drain.count());
    const auto& streams = config.streams;
    gate.drain(config.drain, {streams.retry, streams.retry + streams.retry_jitter}, [&] { loop.stop(); });
  });
  gate.open();
  log->info("sse-worker {} serves on {}", SSE_WORKER_VERSION, listening.value().origin());
  loop.run();
  log->info("stopped");
  return 0;
}

}  // namespace

int main(int argc, char** argv) try {
  const auto parsed = config::parse_command_line(argc, argv);
  if (const auto* status = std::get_if<int>(&parsed)) return *status;
  const auto& line = std::get<config::CommandLine>(parsed);
  const auto config = line.config_file.empty() ? config::parse({}, {}) : config::load(line.config_file);
  if (!config) return mistake(config.error());
  if (line.verb == config::CommandLine::Verb::serve) return serve(config.value());
  fmt::print("{}: ok\n", line.config_file);
  return 0;
} catch (const std::exception& error) {
  fmt::print(stderr, "sse-worker: {}\n", error.what());
  return 1;
}
