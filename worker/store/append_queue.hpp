// AppendQueue: appends that wait for the thread that writes them to a database. The bytes that they take are
// bounded; an append beyond the bound is refused at once. Usable from every thread; one thread takes.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "log/log.hpp"
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
  std::size_t bytes = 0;  // of the queue's bound

  /// Answers that none of the drafts is stored, because of `why`.
  void refuse(Rejection why);
};

class AppendQueue {
 public:
  static constexpr std::size_t no_limit = static_cast<std::size_t>(-1);

  /// The bound is `waiting_bytes_max` of the log's settings, at each moment. Borrows the log.
  explicit AppendQueue(log::Log& log) : log_(log) {}

  /// Queues the drafts, or calls `done` before it returns: with `unavailable` if not `available` or after
  /// close(), with `full` if the bytes would exceed the bound. One append alone may exceed it.
  void push(std::vector<log::Draft> drafts, Done done, bool available);
  /// The bytes of all appends that were queued and not released.
  Backlog backlog() const;
  /// Makes take() return, now or when it is called next.
  void wake();
  /// Refuses every further append. take() still gives out those that are queued.
  void close();

  /// Waits for appends, for at most `timeout` if there is one. Returns whole appends in the order of push(),
  /// until they have `drafts_max` drafts or more; an empty vector after the timeout or wake(); none when the
  /// queue is closed and empty. Their bytes count until they are released.
  std::optional<std::vector<PendingAppend>> take(std::optional<std::chrono::milliseconds> timeout,
                                                 std::size_t drafts_max = no_limit);
  /// To be called when appends that were taken are answered.
  void release(std::size_t bytes);
  void release(const std::vector<PendingAppend>& appends);
  /// Refuses appends that were taken, and releases their bytes.
  void refuse(std::vector<PendingAppend>& appends, Rejection why);

 private:
  bool reserve(std::size_t bytes, std::size_t bytes_max);

  log::Log& log_;
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::vector<PendingAppend> appends_;
  std::size_t bytes_ = 0;
  std::uint64_t refused_ = 0;
  bool woken_ = false;
  bool closed_ = false;
  std::condition_variable changed_;
};

}  // namespace worker::store
