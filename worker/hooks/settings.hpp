// What an operator can set about hooks. Plain values; config/ reads them, defaults are the shipped ones.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace worker::hooks {

/// Which kinds of events are sent.
struct EventKinds {
  bool occupied = true;
  bool vacated = true;
  bool opened = false;
  bool closed = false;

  bool operator==(const EventKinds&) const = default;
};

struct Settings {
  /// Where deliveries are posted to, http or https. Empty: hooks are off.
  std::string url{};
  /// Names and patterns of the topics that events are sent about.
  std::vector<std::string> topics{"*"};
  EventKinds events{};
  /// The file with the key that signs deliveries, and the key.
  std::string key_file{}, key{};
  /// A file with the certificates to trust instead of the system's. Empty: those.
  std::string ca_file{};
  /// The name of this worker in its deliveries. Empty: host name and listening address.
  std::string worker{};
  /// A topic whose last reader has left is vacated after this time.
  std::chrono::milliseconds grace{5'000};
  /// How long one attempt may take.
  std::chrono::milliseconds timeout{5'000};
  /// The first event waits this long for others.
  std::chrono::milliseconds batch_wait{100};
  /// Events in one delivery.
  std::size_t batch_max = 500;
  /// After this time without success a delivery is given up.
  std::chrono::milliseconds retry_max{300'000};
  /// The longest time without a delivery; 0: any.
  std::chrono::milliseconds heartbeat{30'000};
  /// Memory for the events `opened` and `closed` that wait.
  std::size_t queue_bytes_max = 4'194'304;

  bool operator==(const Settings&) const = default;
};

}  // namespace worker::hooks
