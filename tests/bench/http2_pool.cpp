#include "http2_pool.hpp"

namespace sse::bench {

Http2Connection& Http2Pool::take() {
  // A server that is going away says so at any time, and that does not change the room.
  while (!with_room_.empty()) {
    Http2Connection& connection = connections_[*with_room_.begin()];
    if (connection.accepts_requests()) return connection;
    with_room_.erase(with_room_.begin());
  }
  return connections_.emplace_back(poller_, *this, connections_.size());
}

void Http2Pool::update(const Http2Connection& connection) {
  if (connection.streams() < streams_per_connection_) {
    with_room_.insert(connection.number());
  } else {
    with_room_.erase(connection.number());
  }
}

}  // namespace sse::bench
