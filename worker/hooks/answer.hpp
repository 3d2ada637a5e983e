// Answer: what has become of one attempt to deliver. A value.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace worker::hooks {

struct Answer {
  enum class Kind {
    accepted,
    /// Accepted, and the receiver asks for everything: it knows nothing else of this worker.
    forgot,
    failed,
  };

  Kind kind = Kind::failed;
  /// Why it failed, for the log.
  std::string reason{};
  /// What the receiver asks for before the next attempt.
  std::optional<std::chrono::seconds> retry_after{};
};

/// Of an HTTP response: 2xx accepts, 205 is `forgot`. `location` of a redirect, which is not followed.
Answer answer_of(long status, std::string_view location, std::chrono::seconds retry_after);

}  // namespace worker::hooks
