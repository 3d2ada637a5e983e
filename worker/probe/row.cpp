#include "probe/row.hpp"

#include <algorithm>

namespace worker::probe {

CheckName name_of(Check check) {
  switch (check) {
    case Check::name:
      return {"name", "name"};
    case Check::connection:
      return {"connection", "connection"};
    case Check::tls:
      return {"tls", "TLS"};
    case Check::redirects:
      return {"redirects", "redirects"};
    case Check::worker:
      return {"worker", "worker"};
    case Check::version:
      return {"version", "HTTP version"};
    case Check::http_1_0:
      return {"http_1_0", "HTTP/1.0"};
    case Check::http_1_1:
      return {"http_1_1", "HTTP/1.1"};
    case Check::http_2:
      return {"http_2", "HTTP/2"};
    case Check::status:
      return {"status", "status"};
    case Check::type:
      return {"type", "content type"};
    case Check::first_byte:
      return {"first_byte", "first byte"};
    case Check::compression:
      return {"compression", "compression"};
    case Check::caching:
      return {"caching", "caching"};
    case Check::accel_buffering:
      return {"accel_buffering", "X-Accel-Buffering"};
    case Check::publish:
      return {"publish", "publish"};
    case Check::events:
      return {"events", "events"};
    case Check::cursor_header:
      return {"cursor_header", "Last-Event-ID"};
    case Check::cursor_parameter:
      return {"cursor_parameter", "lastEventId"};
    case Check::resume:
      return {"resume", "resume"};
    case Check::preflight:
      return {"preflight", "preflight"};
    case Check::origin:
      return {"origin", "other origin"};
    case Check::idle:
      return {"idle", "silence"};
    case Check::heartbeats:
      return {"heartbeats", "heartbeats"};
  }
  return {};
}

bool Rows::any_wrong() const {
  return std::ranges::any_of(all_, [](const Row& row) { return row.mark == Mark::wrong; });
}

}  // namespace worker::probe
