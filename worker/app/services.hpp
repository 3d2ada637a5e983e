// Services: what all reactors use. Owned by main, outlives the reactors; what is borrowed outlives it. Every
// member may be used from every thread, unless it says otherwise.
#pragma once

#include <memory>
#include <string_view>

#include "api/access/revocations.hpp"
#include "api/control.hpp"
#include "api/mercure/mercure_subscribers.hpp"
#include "api/publish/publish_rate.hpp"
#include "api/publish/publish_stream_endpoint.hpp"
#include "api/stats_feed.hpp"
#include "api/stream/address_limit_log.hpp"
#include "api/stream/slots.hpp"
#include "app/hooks.hpp"
#include "app/listening_sockets.hpp"
#include "app/metrics.hpp"
#include "app/rosters.hpp"
#include "app/token_keys.hpp"
#include "base/clock.hpp"
#include "base/logger.hpp"
#include "config/config.hpp"
#include "fcgi/connection_totals.hpp"
#include "log/log.hpp"
#include "log/template_cache.hpp"
#include "metrics/registry.hpp"
#include "store/store.hpp"

namespace worker::app {

struct Services {
  /// Opens the store; `carried_history` as in open_store(). Throws std::runtime_error where hooks are on and
  /// cannot work.
  Services(const config::Config& config, const ListeningSockets& sockets, std::string_view carried_history,
           log::TemplateCache& templates, TokenKeys& token_keys, base::Logger& logger);

  /// For the constructors of the reactors: a drain closes them.
  const ListeningSockets& sockets;
  log::TemplateCache& templates;
  /// Its calls are for the thread of the signals and of housekeeping; the verifiers are for all.
  TokenKeys& token_keys;
  base::Logger& logger;
  const base::SystemClock clock{};
  metrics::Registry registry;
  const std::unique_ptr<log::Log> log;
  const std::unique_ptr<store::Store> store;
  Metrics metrics;
  api::StreamSlots slots;
  Rosters rosters;
  Hooks hooks;  // thread of the signals, but for readers()
  fcgi::ConnectionTotals totals;
  api::Revocations revocations;
  api::PublishRate publish_rate;
  api::SharedPublishStreams publish_streams;
  /// Filled by the reactors before they run.
  api::AllOpenStreams open_streams;
  api::MercureSubscribers mercure_subscribers;
  api::AddressLimitLog address_limit_log;
  api::StatsFeed stats;
};

}  // namespace worker::app
