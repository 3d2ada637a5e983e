#include "app/presence.hpp"

#include <random>

#include "app/exported_metrics.hpp"

namespace worker::app {
namespace {

std::optional<PresenceCluster> cluster_of(net::Loop& loop, Rosters& rosters, log::Log& log,
                                          store::Store& store, presence::Metrics& metrics,
                                          base::Logger& logger) {
  if (!rosters.are_shared()) return std::nullopt;
  return std::optional<PresenceCluster>(std::in_place, loop, log, store,
                                        PresenceCluster::Rosters{rosters.all(), rosters.own()}, metrics,
                                        logger, base::Random(std::random_device{}()));
}

}  // namespace

Presence::Presence(net::Loop& loop, Rosters& rosters, log::Log& log, store::Store& store,
                   metrics::Registry& registry, presence::Metrics& metrics, base::Logger& logger)
    : cluster_(cluster_of(loop, rosters, log, store, metrics, logger)),
      publisher_(loop, rosters.all(), store, metrics, cluster_ ? &*cluster_ : nullptr) {
  if (cluster_) export_presence_metrics(registry, *cluster_);
}

}  // namespace worker::app
