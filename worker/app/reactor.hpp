// Reactor: one loop and everything that lives on it: its acceptor, its shard of the hub, its endpoints.
// Reactors share nothing but what Services names, so they need no locks between them. Made before its
// thread starts; destroyed after the thread has ended.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

#include "api/access/grants.hpp"
#include "api/control.hpp"
#include "api/events.hpp"
#include "api/greeting.hpp"
#include "api/health.hpp"
#include "api/mercure/mercure.hpp"
#include "api/mercure/mercure_subscriptions.hpp"
#include "api/mercure/resource_metadata.hpp"
#include "api/presence.hpp"
#include "api/publish/publish.hpp"
#include "api/publish/publish_stream_endpoint.hpp"
#include "api/request/access.hpp"
#include "api/router.hpp"
#include "api/stats.hpp"
#include "api/stream/attendance.hpp"
#include "api/stream/event_stream.hpp"
#include "api/stream/stream_census.hpp"
#include "api/stream/stream_context.hpp"
#include "app/services.hpp"
#include "config/config.hpp"
#include "fcgi/acceptor.hpp"
#include "hub/shard.hpp"
#include "local/local_acceptor.hpp"

namespace worker::app {

class Reactor {
 public:
  Reactor(const config::Config& config, Services& services);

  /// Accepts and serves on the calling thread until the reactor is stopped.
  void run();
  /// From any thread: takes over what may change while serving.
  void update(const config::Config& config);
  /// From any thread: stops accepting, says so, and ends all streams over the configured time; run() returns
  /// when the last is gone.
  void drain(std::function<void()> not_accepting);
  /// From any thread: a next process is about to take over. Stops accepting, ends what it cannot continue
  /// with, and calls `settled` once that is done, or a second has passed; the streams continue. drain() may
  /// follow.
  void settle(std::function<void()> settled);
  /// What is left for the next process, once run() has returned and the store is closed: sends what was
  /// stored, and calls `take` with each connection. Nothing may be sent afterwards.
  void carry(const std::function<void(const fcgi::CarriedConnection&, int)>& take);
  /// In the next process, before run(): continues with a connection.
  void continue_with(base::UniqueFd socket, const fcgi::CarriedConnection& carried);
  /// Streams that could not continue, so far.
  std::size_t ended_streams() const { return carried_streams_.ended(); }
  /// From any thread: run() returns now.
  void stop();
  net::Loop& loop() { return loop_; }

 private:
  void on_lag_timer();
  void measure_turn(base::Instant::duration taken);

  config::Config config_;
  base::Random random_;
  fcgi::Decoder decoder_;  // before the loop: libfcgi installs signal handlers of its own
  net::Loop loop_;
  LoopMetrics& loop_metrics_;
  std::atomic<std::int64_t> longest_microseconds_ = 0;  // since the metrics were last rendered
  net::Timer lag_timer_;
  hub::Shard shard_;
  api::StreamContext streams_;
  api::StreamCensus census_;
  const api::Attendances attendances_;
  api::CarriedStreams carried_streams_;
  api::Access access_;
  api::Grants grants_;
  api::GreetingEndpoint greeting_;
  api::StatsEndpoint stats_;
  api::EventsEndpoint events_;
  api::Publishers publishers_;
  api::PublishEndpoint publish_;
  api::PublishStreamEndpoint publish_stream_;
  api::Grants mercure_grants_;
  api::PublishEndpoint mercure_publish_;
  api::MercureEndpoint mercure_;
  api::MercureSubscriptionsEndpoint mercure_subscriptions_;
  api::ResourceMetadataEndpoint resource_metadata_;
  api::HealthEndpoint health_;
  api::MetricsEndpoint metrics_;
  api::ControlEndpoint control_;
  api::PresenceEndpoint presence_;
  api::Router router_;
  local::LocalAcceptor local_;
  bool local_is_settled_ = false;
  fcgi::Acceptor acceptor_;
};

}  // namespace worker::app
