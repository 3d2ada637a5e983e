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

void tell_journal(metrics::Registry& registry, const journal::Journal& journal) {
  auto& events = registry.gauge("sse_worker_journal_events", "Events held to resume from.");
  auto& bytes = registry.gauge("sse_worker_journal_bytes", "What they take, with the bookkeeping.");
  auto& topics = registry.gauge("sse_worker_journal_topics", "Topics known, with or without events.");
  auto& age = registry.gauge("sse_worker_journal_oldest_age_seconds", "Age of the oldest event held.");
  auto& past_ids = registry.gauge("sse_worker_journal_past_ids",
                                  "Publishers' ids remembered of events that are not held any more.");
  metrics::Limits limits(registry);
  // Each lane raises it by its own.
  auto& longest_turn = registry.gauge("sse_worker_loop_longest_turn_seconds",
                                      "The longest of these turns since this was last asked for.", {}, 1e-6);
  registry.on_text([&longest_turn] { longest_turn.set(0); });
  auto& available =
      registry.gauge("sse_worker_journal_available", "1 while events can be kept, 0 otherwise.");
  registry.on_text([&, limits, told = std::make_shared<std::atomic<std::uint64_t>>(0)]() mutable {
    available.set(journal.trouble() ? 0 : 1);
    const auto figures = journal.figures();
    events.set(static_cast<std::int64_t>(figures.events));
    bytes.set(static_cast<std::int64_t>(figures.bytes));
    topics.set(static_cast<std::int64_t>(figures.topics));
    age.set(figures.age.count() / 1000);
    past_ids.set(static_cast<std::int64_t>(figures.past_ids));
    // Of several lanes that are asked at one moment, one counts.
    auto before = told->load();
    const auto now = figures.past_ids_forgotten;
    while (before < now && !told->compare_exchange_weak(before, now)) {
    }
    if (before < now) limits.count(metrics::Limit::past_ids, now - before);
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
  api::StreamSlots slots(config.streams.streams_max);
  api::StatsFeed stats({registry, journal, slots, clock, fcgi::shared_stdout});

  const Commons commons{clock, *log, listening.value().descriptor(), journal, registry, slots, stats};
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
