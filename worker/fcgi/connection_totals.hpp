// Load: counts of the connections of all gates, and the bytes of their bodies. One per worker; usable from
// every thread; outlives the gates.
#pragma once

#include <atomic>
#include <cstddef>

#include "base/byte_budget.hpp"

namespace worker::fcgi {

struct ConnectionTotals {
  /// Connections that wait for their first request, or for the rest of a request.
  std::atomic<std::size_t> pending = 0;
  /// Connections that were served and wait for their next request.
  std::atomic<std::size_t> idle = 0;
  /// Bytes of the bodies of requests that are not complete yet.
  base::ByteBudget bodies;
};

/// Counts one connection as pending, idle or neither. Owned by the connection.
class CountedConnection {
 public:
  enum class As { nothing, pending, idle };

  explicit CountedConnection(ConnectionTotals& load) : load_(load) {}
  CountedConnection(const CountedConnection&) = delete;
  CountedConnection& operator=(const CountedConnection&) = delete;
  ~CountedConnection() { as(As::nothing); }

  void as(As what) {
    if (what == as_) return;
    add(as_, false);
    add(what, true);
    as_ = what;
  }

 private:
  void add(As what, bool one_more) {
    if (what == As::nothing) return;
    auto& count = what == As::pending ? load_.pending : load_.idle;
    one_more ? ++count : --count;
  }

  ConnectionTotals& load_;
  As as_ = As::nothing;
};

}  // namespace worker::fcgi
