#include "app/reactor.hpp"

#include <random>

#include "app/allocator.hpp"

namespace worker::app {
namespace {

constexpr std::chrono::milliseconds lag_interval{250};
// Counted in measurements of the lag: once a second.
constexpr unsigned housekeeping_interval = 4;

}  // namespace

Reactor::Reactor(const config::Config& config, const SharedServices& services)
    : config_(config),
      random_(std::random_device{}()),
      loop_(services.clock),
      housekeeping_(loop_),
      fcgi_metrics_(services.registry),
      hub_metrics_(services.registry),
      publish_metrics_(services.registry),
      limits_(services.registry),
      loop_lag_(services.registry.histogram(
          "sse_worker_loop_lag_seconds", "How late the timers of an event loop fire.",
          {50, 100, 250, 500, 1000, 2500, 5000, 10'000, 25'000, 50'000, 100'000, 1'000'000}, 1e-6)),
      turns_(services.registry.histogram(
          "sse_worker_loop_turn_seconds", "Duration of one turn of an event loop.",
          {100, 500, 1000, 2000, 5000, 10'000, 25'000, 50'000, 100'000, 1'000'000}, 1e-6)),
      longest_turn_(services.registry.gauge("sse_worker_loop_turn_seconds_max",
                                            "Longest turn of an event loop since the previous scrape.", {},
                                            1e-6)),
      lag_timer_(loop_.timers(), [this] { on_lag_timer(); }),
      address_limit_log_(services.address_limit_log),
      shard_(loop_, services.log, config.hub, hub_metrics_, fcgi::shared_stdout),
      greeting_(loop_.timers(), random_, services.slots, config.streams, config.greeting, limits_),
      stats_(loop_.timers(), random_, services.slots, services.stats, config.streams, config.stats, limits_),
      events_(loop_.timers(), random_, services.slots, shard_, services.store, greeting_, stats_,
              config.streams, limits_),
      publish_(loop_, services.store, config.publish, publish_metrics_),
      health_(services.log, services.store, services.slots, config.publish, config.stats),
      metrics_(services.registry),
      acceptor_(loop_, services.listening, router_, config.fcgi, fcgi_metrics_, services.logger, random_,
                decoder_, services.totals) {
  loop_.on_turn([this](auto taken) { measure_turn(taken); });
  services.registry.on_render([this] { longest_turn_.raise(longest_microseconds_.exchange(0)); });
  router_.add("/events", {"GET", "POST"}, events_);
  router_.add("/publish", {"POST"}, publish_);
  router_.add("/healthz", {"GET"}, health_);
  router_.add("/metrics", {"GET"}, metrics_);
}

void Reactor::run() {
  lag_timer_.arm_in(lag_interval);
  acceptor_.open();
  loop_.run();
}

void Reactor::update(const config::Config& config) {
  loop_.post([this, config] {
    config_ = config;
    shard_.update(config.hub);
    greeting_.update(config.streams, config.greeting);
    stats_.update(config.streams, config.stats);
    events_.update(config.streams);
    publish_.update(config.publish);
    health_.update(config.publish, config.stats);
    acceptor_.update(config.fcgi);
  });
}

void Reactor::drain(std::function<void()> not_accepting) {
  loop_.post([this, not_accepting = std::move(not_accepting)] {
    const auto& streams = config_.streams;
    acceptor_.drain(config_.drain, {streams.retry, streams.retry + streams.retry_jitter},
                    [this] { loop_.stop(); });
    not_accepting();
  });
}

void Reactor::stop() {
  loop_.post([this] { loop_.stop(); });
}

void Reactor::measure_turn(base::Instant::duration taken) {
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(taken).count();
  turns_.observe(static_cast<std::uint64_t>(microseconds));
  // This thread alone raises the value; others only reset it.
  if (microseconds > longest_microseconds_.load(std::memory_order_relaxed))
    longest_microseconds_ = microseconds;
}

void Reactor::on_lag_timer() {
  const auto lag = loop_.timers().now() - lag_timer_.due();
  loop_lag_.observe(
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(lag).count()));
  if (++lag_samples_ % housekeeping_interval == 0) {
    // Beside the loop: after much was evicted at once it takes milliseconds.
    housekeeping_.run([] {
      release_freed_memory();
      return [] {};
    });
    address_limit_log_.look(loop_.timers().now());
  }
  lag_timer_.arm_in(lag_interval);
}

}  // namespace worker::app
