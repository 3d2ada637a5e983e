// PublishPlan: what is to be published, and how; PublishFigures: what became of it. Values.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "histogram.hpp"
#include "poller.hpp"
#include "publish_body.hpp"

namespace sse::bench {

struct PublishPlan {
  /// Events in all; 0: no such end.
  std::uint64_t count = 0;
  /// What is due until then is sent; 0: no such end. With neither, nothing is published.
  std::chrono::milliseconds time{0};
  /// Events per second, kept up however slow the server is: what it delays is late. 0: a connection posts
  /// again when it is answered, and a stream writes while it has room.
  std::uint64_t rate = 0;
  /// Events in one request; of a stream: in one write.
  std::uint64_t batch = 1;
  std::size_t connections = 4;
  std::size_t data_size = 100;
  PublishAs as = PublishAs::json;
  /// Events of one stream that may wait for their answers. The worker behind nginx bears about 128 KiB of
  /// them.
  std::size_t unanswered_max = 1'000;
  /// Sending pauses while more deliveries than this are on their way; 0: it does not.
  std::uint64_t deliveries_ahead_max = 0;
};

struct PublishFigures {
  std::uint64_t sent = 0;
  std::uint64_t acknowledged = 0;
  /// Requests and streams by what became of them, where that was no status 200 and a whole answer.
  std::map<std::string, std::uint64_t> errors;
  /// From when a request was due to its whole answer; of a stream: from when an event was due to its line of
  /// the answer.
  Histogram answer;
  std::optional<Instant> first_sent;
  std::optional<Instant> last_answer;
};

}  // namespace sse::bench
