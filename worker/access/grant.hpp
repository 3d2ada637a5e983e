// Grant: what one caller may read and publish, and until when. A value; shared as immutable.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "log/selectors.hpp"

namespace worker::access {

struct Grant {
  /// Who the caller is, as the token's `sub` says. Empty: unknown. No control characters.
  std::string subject;
  log::Selectors subscribe, publish;
  /// `mercure.payload` of the token, as JSON; empty: none.
  std::string payload{};
  /// May use the worker's administrative requests.
  bool control = false;
  /// The first second in which the grant is no longer valid: a stream ends then. It is the token's `exp` plus
  /// the leeway. In seconds, because a nanosecond clock ends in the year 2262: compare it with
  /// `floor<seconds>(now)`.
  std::optional<std::chrono::sys_seconds> expires;

  bool operator==(const Grant&) const = default;
};

}  // namespace worker::access
