// What an operator can set about the fan-out. Plain values; config/ reads them, defaults are the shipped
// ones.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace worker::hub {

struct Settings {
  /// How long a stream may be silent.
  std::chrono::milliseconds heartbeat{15'000};
  /// While events keep coming, a flush waits until the web server has passed the last one on (see
  /// hub/pace.hpp), but at least `flush_cost_per_stream` × streams and never longer than
  /// `flush_interval_max`.
  std::chrono::microseconds flush_cost_per_stream{10};
  std::chrono::milliseconds flush_interval_max{100};
  /// What may be published past a reader who takes nothing at all; over it the reader is cut.
  std::size_t outbox_bytes_max = 262'144;
  /// Topics, and patterns of topics, of which a reader who is behind gets only the latest value of each key.
  std::vector<std::string> conflate;

  bool operator==(const Settings&) const = default;
};

}  // namespace worker::hub
