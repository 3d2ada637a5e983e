// What an operator can set about FastCGI connections. Plain values; config/ reads them, defaults are the
// shipped ones.
#pragma once

#include <chrono>
#include <cstddef>

namespace worker::fcgi {

struct Settings {
  /// From connecting to the request's last byte, and from the answer's last write until the peer has taken
  /// it.
  std::chrono::milliseconds deadline{5'000};
  /// How long a kept connection may wait for its next request.
  std::chrono::milliseconds idle{60'000};
  /// Connections without a complete request; over it new ones are closed at once.
  std::size_t pending_max = 4096;
  /// What a web server that asks for FCGI_MAX_CONNS is told. No bound of its own: config/ adds up the streams
  /// and the connections without a request that may be open at once.
  std::size_t connections_max = 24'096;
  /// Sum of all parameters of a request. nginx sends at most 65,535.
  std::size_t head_bytes_max = 65'535;
  std::size_t body_bytes_max = 8'388'608;
  /// What may wait for a reader whose socket is full; over it the reader is cut.
  std::size_t outbox_bytes_max = 262'144;
};

}  // namespace worker::fcgi
