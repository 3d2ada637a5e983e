// Settings of FastCGI connections. Plain values, which config/ reads; the defaults are those of the shipped
// configuration.
#pragma once

#include <chrono>
#include <cstddef>

namespace worker::fcgi {

struct Settings {
  /// From connecting to the request's last byte; also for a peer whose request was too large to stop sending.
  std::chrono::milliseconds deadline{5'000};
  /// How long a kept connection may wait for its next request.
  std::chrono::milliseconds idle{60'000};
  /// Connections without a complete request, of all loops; new ones beyond it are closed at once. The same
  /// number that were served may wait for their next request; those beyond it are closed after their answer.
  std::size_t pending_max = 4096;
  /// The answer to FCGI_MAX_CONNS. Not a bound itself: config/ adds up the bounds of streams and of
  /// connections without a request.
  std::size_t connections_max = 24'096;
  /// Sum of all parameters of a request. nginx sends at most 65,535.
  std::size_t head_bytes_max = 65'535;
  std::size_t body_bytes_max = 8'388'608;
  /// Bytes of all bodies that are not complete, of all loops; a request beyond it is answered 503. A body
  /// that is alone may exceed it.
  std::size_t bodies_bytes_max = 268'435'456;
  /// How long a peer may read nothing of what waits for it; then the connection is closed. Shorter than
  /// nginx's send_timeout of 30 s, so that the worker counts the clients it loses.
  std::chrono::milliseconds stall{20'000};
};

}  // namespace worker::fcgi
