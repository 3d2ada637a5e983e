// What an operator can set about streams. Plain values; config/ reads them, defaults are the shipped ones.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace worker::api {

struct StreamSettings {
  /// Streams open at once; one more is told 503.
  std::size_t streams_max = 20'000;
  /// The reconnection delay a reader is told: evenly from [retry, retry + retry_jitter], so that a restart
  /// does not bring all of them back in the same moment.
  std::chrono::milliseconds retry{3'000};
  std::chrono::milliseconds retry_jitter{2'000};
};

struct GreetingSettings {
  std::string message = "Hello World";
  std::chrono::milliseconds interval{2'000};
  /// From the first greeting to the close.
  std::chrono::milliseconds duration{10'000};
};

}  // namespace worker::api
