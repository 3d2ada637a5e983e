// Ending: how a response ended, as its reader sees it. Values.
#pragma once

#include <string>

namespace sse::bench {

enum class Ending {
  /// The response ended by its own framing, between two frames.
  completed,
  /// The same, but behind a blank line that never came.
  cut_mid_frame,
  /// The connection closed before the response was whole.
  cut_body,
  connect_refused,
  reset,
  no_local_port,
  no_descriptor,
  /// No TLS handshake, or not with the protocol that was wanted, or a broken record.
  bad_tls,
  /// Anything but 200.
  bad_status,
  /// 200, but no event stream, or no proper HTTP.
  bad_response,
  other_failure
};

/// Of an errno.
Ending ending_of(int error) noexcept;

/// As it stands in a report.
std::string name_of(Ending ending, int status);

}  // namespace sse::bench
