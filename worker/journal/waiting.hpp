// What waits to be kept: appends that were not answered yet, and the bytes that they take, within a bound.
// Values; the journal guards them by its mutex.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "journal/journal.hpp"

namespace worker::journal {

/// What drafts take while they wait: texts, topics and bookkeeping, with what is made of them on the way.
std::size_t waiting_bytes(const std::vector<Draft>& drafts);
/// What their results take while these wait to be told.
std::size_t waiting_bytes(const std::vector<Journal::Kept>& results);

/// An append that was not answered yet.
struct Waiting {
  std::vector<Draft> drafts;
  Journal::Done done;
  std::size_t bytes = 0;  // of the bound

  /// Answers it: none of it is kept. Not under the journal's lock.
  void refuse(Rejection why);
};

class WaitingBytes {
 public:
  /// False, and counted, where it would be more than `max`. One that is larger waits alone.
  bool take(std::size_t bytes, std::size_t max);
  void give_back(std::size_t bytes) { bytes_ -= bytes; }

  std::size_t size() const { return bytes_; }
  std::uint64_t refused() const { return refused_; }

 private:
  std::size_t bytes_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace worker::journal
