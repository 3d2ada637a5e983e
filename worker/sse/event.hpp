// Event: one server-sent event as a value, before it is bytes.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace worker::sse {

struct Event {
  /// Any bytes that are UTF-8; line ends inside become several `data:` lines.
  std::string data;
  /// The `event:` field; empty means the default, "message". Holds no CR, LF or NUL.
  std::string type;
  /// The `id:` field; empty means none is sent. Holds no CR, LF or NUL.
  std::string id;
  std::optional<std::chrono::milliseconds> retry;

  bool operator==(const Event&) const = default;
};

}  // namespace worker::sse
