// What an operator can set about the history. Plain values; config/ reads them, the defaults are the shipped
// ones.
#pragma once

#include <chrono>
#include <cstddef>

namespace worker::log {

struct Settings {
  /// Events that one topic retains.
  std::size_t topic_events_max = 10'000;
  std::chrono::milliseconds age_max{3'600'000};
  /// Of all topics together, including indexes.
  std::size_t bytes_max = 67'108'864;
  /// Publishers' ids remembered of events that are not retained any more.
  std::size_t past_ids_max = 100'000;
  /// Bytes of all appends that wait for the disk or Redis, including bookkeeping.
  std::size_t waiting_bytes_max = 67'108'864;

  bool operator==(const Settings&) const = default;
};

}  // namespace worker::log
