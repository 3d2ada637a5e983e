// Limits: how often each configured limit refused or ended something, by the configuration key to change. The
// keys are repeated from config/, which a test compares. References into the registry, taken once at
// start-up; usable from every thread.
#pragma once

#include <array>
#include <string_view>

#include "metrics/registry.hpp"

namespace worker::metrics {

enum class Limit {
  pending,
  head_bytes,
  body_bytes,
  bodies_bytes,
  streams,
  streams_per_address,
  streams_per_subject,
  subscriptions_bytes,
  stream_topics,
  stream_patterns,
  stream_templates,
  stall,
  lifetime,
  publish_topics,
  topic_bytes,
  event_bytes,
  batch,
  publish_rate,
  publish_streams,
  past_ids,
  waiting_bytes,
};

class Limits {
 public:
  explicit Limits(Registry& registry);

  void count(Limit limit, std::uint64_t times = 1) { counters_[static_cast<std::size_t>(limit)]->add(times); }
  std::uint64_t value(Limit limit) const { return counters_[static_cast<std::size_t>(limit)]->value(); }
  /// Of all limits together.
  std::uint64_t total() const;

  static constexpr std::array<std::string_view, 21> keys = {"fastcgi.pending_max",
                                                            "fastcgi.head_bytes_max",
                                                            "fastcgi.body_bytes_max",
                                                            "fastcgi.bodies_bytes_max",
                                                            "streams.max",
                                                            "streams.per_address_max",
                                                            "streams.per_subject_max",
                                                            "streams.subscriptions_bytes_max",
                                                            "streams.topics_max",
                                                            "streams.patterns_max",
                                                            "streams.templates_max",
                                                            "streams.stall_seconds",
                                                            "streams.lifetime_seconds",
                                                            "publish.topics_max",
                                                            "publish.topic_bytes_max",
                                                            "publish.event_bytes_max",
                                                            "publish.batch_max",
                                                            "publish.subject_events_per_second_max",
                                                            "publish.streams_max",
                                                            "history.evicted_ids_max",
                                                            "store.pending_bytes_max"};

 private:
  std::array<Counter*, keys.size()> counters_;
};

}  // namespace worker::metrics
