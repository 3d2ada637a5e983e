// AnswerReader: the answers of a publish stream, out of bytes that come in pieces. One for each connection;
// one thread. What it keeps is bounded by the longest line that it takes for an answer.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace worker::pipe {

/// One line of docs/publish-streams.md.
struct Answer {
  enum class Kind {
    stored,
    refused,    // an event, for the reason `text`
    postponed,  // an event, which may be stored when it is sent again later
    denied,     // the whole stream, for the reason `text`
    stop,       // readers of topic `text` want no more
    end,        // of the stream, by the worker
    foreign,    // `text` is no answer of a publish stream
  };
  enum class End { drain, fenced, revoked, expired, idle, other };

  Kind kind = Kind::foreign;
  std::string text{};                  // the reason of an end that is none of these
  End end = End::other;                // only where that is the kind
  std::chrono::milliseconds retry{0};  // drain: when to come back; 0 for not said
  std::string writer{};                // fenced: who has taken over
};

class AnswerReader {
 public:
  void take(std::string_view bytes);
  /// The next answer that is complete. A stream that is answered at its end, and had one event, ends with
  /// how many were stored: that is the answer `stored`, or none.
  std::optional<Answer> next();

 private:
  std::string bytes_;
  std::size_t at_ = 0;  // the beginning of the next line in bytes_
};

}  // namespace worker::pipe
