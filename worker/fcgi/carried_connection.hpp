// CarriedConnection: what a next process needs to continue with a connection, beside its socket: a stream in
// the middle of its answer, or a connection that waits for a request. A value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "http/exchange.hpp"

namespace worker::fcgi {

struct CarriedConnection {
  /// Of the latest request; 0 before the first.
  std::uint16_t request_id = 0;
  /// The web server keeps the connection after the answer.
  bool keeps = false;
  /// None: it waits for a request, of which no byte has been read.
  std::optional<http::CarriedSource> source{};
  /// What the socket has not taken yet, whole records but for the beginning of the first one, each from its
  /// offset on.
  std::vector<std::pair<base::Bytes, std::size_t>> unsent{};
};

}  // namespace worker::fcgi
