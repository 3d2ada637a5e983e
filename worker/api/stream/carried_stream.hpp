// CarriedStream: an event stream as bytes for the next process, which continues with it. Values; pure.
// Whatever is read is checked as if it came from outside.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/stream/stream.hpp"
#include "base/clock.hpp"
#include "http/remote_address.hpp"
#include "hub/subscriber.hpp"
#include "log/subscription.hpp"
#include "log/template_cache.hpp"

namespace worker::api {

struct CarriedStream {
  /// The reader has everything up to it.
  std::string cursor;
  /// Of its grant; empty where it has none.
  std::string subject{};
  /// None where its address is not counted.
  std::optional<http::Network> network{};
  base::Instant since{};
  std::optional<StreamEnd> end{};
  hub::Subscriber::HeartbeatMode heartbeats{};

  std::string packed() const;
  /// None for anything that packed() does not return.
  static std::optional<CarriedStream> parse(std::string_view packed);
};

/// The subscription of many streams.
std::string packed(const log::Subscription& subscription);
/// None for anything that packed() does not return, and where there is no room for one of its templates.
std::optional<log::Subscription> parse_subscription(std::string_view packed, log::TemplateCache& templates);

}  // namespace worker::api
