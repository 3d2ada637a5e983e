// EventLines: events as lines of a publish stream, each with an id of its own, so that one that is sent twice
// is published once. One for each run of the program; one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace worker::pipe {

class EventLines {
 public:
  /// `run` makes the ids of this run different from those of all others: 16 hexadecimal digits.
  explicit EventLines(std::string_view run);

  /// `{"data":TEXT,"id":"pipe-RUN-NUMBER"}` and a line end. What of `text` is not UTF-8 becomes U+FFFD.
  std::string event(std::uint64_t number, std::string_view text) const;
  /// The line that closes the topics.
  std::string close() const;

 private:
  const std::string id_prefix_;
};

/// 16 hexadecimal digits from the system's source of randomness.
std::string random_run();

}  // namespace worker::pipe
