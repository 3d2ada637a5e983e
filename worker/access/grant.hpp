// Grant: what one caller may read and publish, and until when. A value; shared as immutable.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "log/selectors.hpp"

namespace worker::access {

struct Grant {
  /// Who the caller is, as the token's `sub` says. Empty: unknown. No control characters.
  std::string subject;
  log::Selectors subscribe, publish;
  /// What the token tells others about its subscriptions.
  struct Payload {
    log::Selectors topics;
    /// Empty: nothing.
    std::string json;

    bool operator==(const Payload&) const = default;
  };
  /// The first one whose topics match a selector is for the subscription to it.
  std::vector<Payload> payloads{};
  /// May use the worker's administrative requests.
  bool control = false;
  /// Its token must not be in an address: it is one of the Mercure protocol 1.0.
  bool never_in_address = false;
  /// The first second in which the grant is no longer valid: a stream ends then. It is the token's `exp` plus
  /// the leeway. In seconds, because a nanosecond clock ends in the year 2262: compare it with
  /// `floor<seconds>(now)`.
  std::optional<std::chrono::sys_seconds> expires;

  /// As JSON; empty: none.
  std::string payload_for(std::string_view selector) const {
    const auto found =
        std::ranges::find_if(payloads, [&](const Payload& each) { return each.topics.matches(selector); });
    return found == payloads.end() ? std::string() : found->json;
  }

  bool operator==(const Grant&) const = default;
};

}  // namespace worker::access
