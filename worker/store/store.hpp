// Store: decides the order of events, makes them durable, adds them to the log, and then answers the
// publisher.
//
// The contract: append() gives sequences in the order of the calls, without holes unless the database was
// restarted. An event whose publisher got an answer is in it and in the log. Usable from every thread. The
// log outlives the store.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "log/entry.hpp"
#include "store/settings.hpp"

namespace worker::store {

/// Why an event was not appended.
enum class Rejection {
  closed,           // one of its topics is closed
  reserved,         // the publisher's id has the form of a generated id
  conflict,         // another event has the publisher's id, or had it before it was evicted
  unavailable,      // see Store::unavailable_reason(); none of its append() is stored
  full,             // too many appends wait already; none of its append() is stored
  outcome_unknown,  // the store failed while it was written: it, and the others, may have been stored
};

/// The id of a stored event, which is the cursor to resume after it; or why there is none.
using Kept = base::Result<std::string, Rejection>;
using Done = std::function<void(std::vector<Kept>)>;

/// Appends without an answer yet.
struct Backlog {
  std::size_t bytes = 0;
  std::uint64_t refused = 0;  // appends, because there were more bytes than the bound
};

class Store {
 public:
  virtual ~Store() = default;

  /// Appends in order, and calls `done` with one result per draft once they are stored: before it returns, or
  /// later on another thread, and never under the log's mutex. An event that the store has already, by its
  /// publisher's id, is not appended again; its result is that id. Another event with the same id is a
  /// conflict.
  virtual void append(std::vector<log::Draft> drafts, Done done) = 0;
  /// Why no event can be stored at the moment, as a sentence; none while the store is available. Subscribers
  /// are served in both cases.
  virtual std::optional<std::string> unavailable_reason() const { return std::nullopt; }
  /// The next process finds the events that were stored.
  virtual bool outlives_process() const { return true; }
  virtual Backlog backlog() const { return {}; }
  /// Uses the new settings from now on; false if they need a restart.
  virtual bool reconfigure(const StorageSettings& /*storage*/) { return false; }
  /// Call before the loops are destroyed. When it returns, every append has been answered; later ones are
  /// refused.
  virtual void close() {}
};

}  // namespace worker::store
