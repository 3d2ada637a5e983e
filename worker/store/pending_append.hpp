// PendingAppend: appends that were not answered yet, and a bound on the bytes that they take. Values; not
// thread-safe: the journal guards them by its mutex.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "store/store.hpp"

namespace worker::store {

/// Bytes that drafts take while they wait: texts, topics and bookkeeping, and the copies that storing makes.
std::size_t pending_bytes(const std::vector<log::Draft>& drafts);
/// Bytes that results take until the publisher has them.
std::size_t pending_bytes(const std::vector<Kept>& results);

/// An append that was not answered yet.
struct PendingAppend {
  std::vector<log::Draft> drafts;
  Done done;
  std::size_t bytes = 0;  // taken of PendingBytes

  /// Answers that none of it is stored, because of `why`. To be called without the journal's lock.
  void refuse(Rejection why);
};

class PendingBytes {
 public:
  /// False, and counted, if the bytes would exceed `max`. One append alone may exceed it.
  bool take(std::size_t bytes, std::size_t max);
  void release(std::size_t bytes) { bytes_ -= bytes; }

  std::size_t size() const { return bytes_; }
  std::uint64_t refused() const { return refused_; }

 private:
  std::size_t bytes_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace worker::store
