// What an operator can set about FastCGI connections. Plain values; config/ reads them, defaults are the
// shipped ones.
#pragma once

#include <chrono>
#include <cstddef>

namespace worker::fcgi {

struct Settings {
  /// From connecting to the request's last byte, and for a peer that was refused to stop sending.
  std::chrono::milliseconds deadline{5'000};
  /// How long a kept connection may wait for its next request.
  std::chrono::milliseconds idle{60'000};
  /// Connections without a complete request, of all loops; over it new ones are closed at once. As many that
  /// were served may wait for their next request beside them; over it they are closed after their answer.
  std::size_t pending_max = 4096;
  /// What a web server that asks for FCGI_MAX_CONNS is told. No bound of its own: config/ adds up the streams
  /// and the connections without a request that may be open at once.
  std::size_t connections_max = 24'096;
  /// Sum of all parameters of a request. nginx sends at most 65,535.
  std::size_t head_bytes_max = 65'535;
  std::size_t body_bytes_max = 8'388'608;
  /// Bytes of all bodies that are not complete, of all loops; over it a request is answered 503. One body
  /// alone may exceed it.
  std::size_t bodies_bytes_max = 268'435'456;
  /// How long a peer may take nothing of what waits for it; then the connection is closed. Shorter than
  /// nginx's send_timeout of 30 s, so that the worker counts the readers it loses.
  std::chrono::milliseconds stall{20'000};
};

}  // namespace worker::fcgi
