#include "app/reactor.hpp"

#include <memory>
#include <random>

#include "api/mercure/mercure_dialect.hpp"
#include "sse/reserved_types.hpp"

namespace worker::app {
namespace {

constexpr std::chrono::milliseconds lag_interval{250};
// Over which streams end that the next process cannot continue with. Who connects meanwhile waits.
constexpr std::chrono::milliseconds settle_window{500};

api::Grants::Limits grant_limits(const config::Config& config) {
  return {config.streams.topics_max, config.streams.topic_bytes_max};
}

// The same topics are open to everybody.
api::GrantSettings mercure_grants(const config::Config& config) {
  auto grants = config.grants;
  grants.cookies.clear();
  for (const auto& cookie : {config.mercure.access_token_cookie, config.mercure_tokens.cookie}) {
    if (!cookie.empty()) grants.cookies.push_back(cookie);
  }
  grants.publishers_as_subscribers = true;
  return grants;
}

}  // namespace

Reactor::Reactor(const config::Config& config, Services& services)
    : config_(config),
      random_(std::random_device{}()),
      loop_(services.clock),
      loop_metrics_(services.metrics.loop),
      lag_timer_(loop_.timers(), [this] { on_lag_timer(); }),
      shard_(loop_, *services.log, config.hub, services.metrics.hub, fcgi::shared_stdout),
      streams_(loop_.timers(), random_, services.slots, config.streams, services.metrics.limits),
      census_(streams_.open_streams(), loop_.timers(), services.metrics.streams),
      attendances_(services.rosters.all(), services.hooks.readers()),
      carried_streams_(streams_, shard_, services.templates, attendances_),
      grants_(config.grants, grant_limits(config),
              {services.token_keys.subscribers(), services.token_keys.publishers(),
               services.token_keys.resume(), services.revocations, services.metrics.access},
              loop_.timers()),
      greeting_(streams_, config.greeting),
      stats_(streams_, services.stats, config.stats, access_),
      events_(streams_, shard_, *services.store, grants_, services.templates, attendances_, greeting_,
              stats_),
      publishers_(access_, grants_),
      publish_(loop_, *services.store, publishers_, services.publish_rate, config.publish,
               services.metrics.publish),
      publish_stream_(loop_, *services.store, publishers_, services.publish_rate, config.publish,
                      services.metrics.publish, services.totals.bodies, services.publish_streams),
      mercure_grants_(mercure_grants(config), grant_limits(config),
                      {services.token_keys.mercure_subscribers(), services.token_keys.mercure_publishers(),
                       services.token_keys.resume(), services.revocations, services.metrics.access},
                      loop_.timers()),
      mercure_publish_(
          loop_, *services.store,
          std::make_unique<api::MercureDialect>(access_, mercure_grants_, *services.log, config.mercure.url),
          services.publish_rate, config.publish, services.metrics.publish),
      mercure_(streams_, events_, mercure_grants_, mercure_publish_, services.templates,
               services.mercure_subscribers, config.mercure),
      mercure_subscriptions_(services.mercure_subscribers, *services.log, mercure_grants_, config.mercure),
      resource_metadata_(config.mercure),
      health_(*services.log, *services.store, services.slots, access_, config.stats),
      metrics_(services.registry, access_),
      control_(loop_, *services.store, services.open_streams, access_, grants_, services.revocations),
      presence_(services.rosters.all(), grants_, access_, config.streams),
      local_(loop_, services.sockets.publish_descriptor(), publish_stream_.context(),
             services.publish_streams.places, config.fcgi.stall, random_),
      acceptor_(loop_, services.sockets.web_server.descriptor(), router_, config.fcgi, services.metrics.fcgi,
                services.logger, random_, decoder_, services.totals) {
  loop_.on_turn([this](auto taken) { measure_turn(taken); });
  services.registry.on_render(
      [this] { loop_metrics_.longest_turn.raise(longest_microseconds_.exchange(0)); });
  services.open_streams.push_back({&loop_, &streams_.open_streams(), &publish_stream_.open()});
  shard_.watch_type(sse::stopped_type, [this](const log::Entry& entry) {
    for (const auto topic : entry.topics()) publish_stream_.open().stop(topic);
  });
  access_.update(config.publish.key, config.access);
  router_.update(config.access);
  router_.add("/events", {"GET", "POST"}, events_);
  router_.add("/publish", {"POST"}, publish_);
  router_.add("/publish/stream", {"POST", "PUT"}, publish_stream_);
  router_.add("/control", {"POST"}, control_);
  router_.add("/presence", {"GET"}, presence_);
  router_.add(api::MercureEndpoint::path, {"GET", "POST", "QUERY"}, mercure_);
  router_.add(api::MercureSubscribers::path, {"GET"}, mercure_subscriptions_);
  router_.add_below(std::string(api::MercureSubscribers::path) + "/", {"GET"}, mercure_subscriptions_);
  router_.add(api::ResourceMetadataEndpoint::path, {"GET"}, resource_metadata_);
  router_.add("/healthz", {"GET"}, health_);
  router_.add("/metrics", {"GET"}, metrics_);
}

void Reactor::run() {
  lag_timer_.arm_in(lag_interval);
  census_.start();
  acceptor_.start();
  local_.start();
  loop_.run();
}

void Reactor::update(const config::Config& config) {
  loop_.post([this, config] {
    config_ = config;
    shard_.update(config.hub);
    streams_.update(config.streams);
    grants_.update(config.grants, grant_limits(config));
    presence_.update(config.streams);
    greeting_.update(config.greeting);
    stats_.update(config.stats);
    publish_.update(config.publish);
    publish_stream_.update(config.publish);
    mercure_grants_.update(mercure_grants(config), grant_limits(config));
    mercure_publish_.update(config.publish);
    mercure_.update(config.mercure);
    mercure_subscriptions_.update(config.mercure);
    resource_metadata_.update(config.mercure);
    health_.update(config.stats);
    access_.update(config.publish.key, config.access);
    router_.update(config.access);
    local_.update(config.fcgi.stall);
    acceptor_.update(config.fcgi);
  });
}

void Reactor::drain(std::function<void()> not_accepting) {
  loop_.post([this, not_accepting = std::move(not_accepting)] {
    const auto& streams = config_.streams;
    const auto most = streams.retry + streams.retry_jitter;
    acceptor_.drain(config_.drain, {streams.retry, most}, [this, retry = streams.retry, most] {
      // Last: it takes as long as the store needs, and no longer.
      local_.drain({retry, most}, [this] { loop_.stop(); });
    });
    local_.stop();
    not_accepting();
  });
}

void Reactor::settle(std::function<void()> settled) {
  loop_.post([this, settled = std::move(settled)] {
    const auto& streams = config_.streams;
    const auto most = streams.retry + streams.retry_jitter;
    local_.drain({streams.retry, most}, [this] { local_is_settled_ = true; });
    acceptor_.settle(
        settle_window, {streams.retry, most}, [this] { return local_is_settled_; }, settled);
  });
}

// The answers of the last publishes were posted when the store was closed.
void Reactor::carry(const std::function<void(const fcgi::CarriedConnection&, int)>& take) {
  loop_.run_rest();
  shard_.settle();
  acceptor_.carry(take);
}

void Reactor::continue_with(base::UniqueFd socket, const fcgi::CarriedConnection& carried) {
  acceptor_.continue_with(std::move(socket), carried, [this](auto& exchange, const auto& source) {
    carried_streams_.continue_with(exchange, source);
  });
}

void Reactor::stop() {
  loop_.post([this] { loop_.stop(); });
}

void Reactor::measure_turn(base::Instant::duration taken) {
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(taken).count();
  loop_metrics_.turns.observe(static_cast<std::uint64_t>(microseconds));
  // This thread alone raises the value; others only reset it.
  if (microseconds > longest_microseconds_.load(std::memory_order_relaxed))
    longest_microseconds_ = microseconds;
}

void Reactor::on_lag_timer() {
  const auto lag = loop_.timers().now() - lag_timer_.due();
  loop_metrics_.lag.observe(
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(lag).count()));
  lag_timer_.arm_in(lag_interval);
}

}  // namespace worker::app
