// What an operator can set about the fan-out. Plain values; config/ reads them, defaults are the shipped
// ones.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace worker::hub {

/// What one delivery may hold: a thousand clients may stop reading in the middle of a thousand different
/// ones.
inline constexpr std::size_t batch_bytes_max = 32'768;

struct Settings {
  /// How long a stream may be silent. See hub/heartbeats.hpp.
  std::chrono::milliseconds heartbeat{15'000};
  /// While events keep coming, a flush waits until the web server has sent the last one on (see
  /// hub/flush_pacer.hpp), but at least `flush_cost_per_stream` × streams and never longer than
  /// `flush_interval_max`.
  std::chrono::microseconds flush_cost_per_stream{10};
  std::chrono::milliseconds flush_interval_max{100};
  /// What may wait in the worker for one stream whose socket is full, unless one event is larger. More than
  /// `batch_bytes_max` counts as that. See hub/backpressure.hpp.
  std::size_t outbox_bytes_max = batch_bytes_max;
  /// Topics, and patterns of topics, of which a slow subscriber gets only the latest value of each key.
  std::vector<std::string> conflate;

  bool operator==(const Settings&) const = default;
};

}  // namespace worker::hub
