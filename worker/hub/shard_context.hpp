// ShardContext: what the parts of one shard share. Owned by the shard; loop thread only.
#pragma once

#include "hub/conflation.hpp"
#include "hub/framer.hpp"
#include "hub/metrics.hpp"
#include "hub/settings.hpp"
#include "log/log.hpp"
#include "net/loop.hpp"

namespace worker::hub {

struct ShardContext {
  net::Loop& loop;
  log::Log& log;
  Metrics& metrics;
  const Framer framer;
  Settings settings{};
  Conflation conflation{};
  /// How far this shard has read the log.
  log::Follower follower{};

  log::Sequence position() const { return follower.at; }
};

}  // namespace worker::hub
