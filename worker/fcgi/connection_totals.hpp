// ConnectionTotals: how many connections of all acceptors wait for a request, and the bytes of their bodies.
// One per worker; usable from every thread; outlives the acceptors.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

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
  enum class State : std::uint8_t { nothing, pending, idle };

  explicit CountedConnection(ConnectionTotals& totals) : totals_(totals) {}
  CountedConnection(const CountedConnection&) = delete;
  CountedConnection& operator=(const CountedConnection&) = delete;
  ~CountedConnection() { count_as(State::nothing); }

  void count_as(State state) {
    if (state == state_) return;
    add(state_, false);
    add(state, true);
    state_ = state;
  }

 private:
  void add(State state, bool one_more) {
    if (state == State::nothing) return;
    auto& count = state == State::pending ? totals_.pending : totals_.idle;
    one_more ? ++count : --count;
  }

  ConnectionTotals& totals_;
  State state_ = State::nothing;
};

}  // namespace worker::fcgi
