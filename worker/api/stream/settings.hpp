// What an operator can set about streams. Plain values; config/ reads them, defaults are the shipped
// ones.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace worker::api {

struct StreamSettings {
  /// Streams open at once; one more gets an empty stream that says when to reconnect.
  std::size_t streams_max = 20'000;
  /// Streams that one IPv4 address or IPv6 /64 may hold; 0: without limit.
  std::size_t streams_per_address_max = 500;
  /// Streams that one subject of a grant may hold; 0: without limit.
  std::size_t streams_per_subject_max = 100;
  /// The reconnection delay of a stream: evenly from [retry, retry + retry_jitter], so that after a restart
  /// the clients do not reconnect all at the same moment.
  std::chrono::milliseconds retry{3'000};
  std::chrono::milliseconds retry_jitter{2'000};
  /// How long a stream may live: evenly from 80 % to 100 % of it; 0: without limit.
  std::chrono::milliseconds lifetime{0};
  /// Topics and patterns of one subscription, and how many of them may be patterns.
  std::size_t topics_max = 100;
  std::size_t patterns_max = 10;
  /// Different templates that are in use at the same time, of all subscriptions and tokens.
  std::size_t templates_max = 10'000;
  std::size_t topic_bytes_max = 1'024;
  /// Bytes of all subscriptions; subscribers with the same subscription share it.
  std::size_t subscriptions_bytes_max = 268'435'456;
  /// How long a long poll may wait.
  std::chrono::milliseconds poll_max{60'000};
  /// What GET /events without topics subscribes to; none: the greeting stream.
  std::vector<std::string> default_topics;

  bool operator==(const StreamSettings&) const = default;
};

}  // namespace worker::api
