// Store: where events are kept. It gives every event its place in the one order of the hub, adds it to the
// log once it is kept, and answers then.
//
// The contract: append() gives places without holes, in the order of the calls; what was answered is kept,
// and is in the log. Usable from every thread. The log outlives it.
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

/// Why an event was not taken.
enum class Rejection {
  closed,           // a topic of it was closed
  reserved,         // the publisher's id looks like one of the hub's own
  conflict,         // another event has the publisher's id, or had it before it was evicted
  unavailable,      // it cannot be kept now, see Store::trouble(); nor can the others of its append()
  full,             // too much waits to be stored already; none of its append() is stored
  outcome_unknown,  // it was on its way when that began, and may have been kept; so may the others
};

/// The id of an event that was kept, which is the cursor to resume after it.
using Kept = base::Result<std::string, Rejection>;
using Done = std::function<void(std::vector<Kept>)>;

/// Appends that were not answered yet.
struct Backlog {
  std::size_t bytes = 0;
  std::uint64_t refused = 0;  // appends, because there were more bytes than the bound
};

class Store {
 public:
  virtual ~Store() = default;

  /// Appends in order and calls `done` with one result per draft once they are kept, perhaps before
  /// returning, perhaps on another thread. An event that is known already by its publisher's id is not
  /// appended again; its result is that id. Another event that has the id of one that is known is a conflict.
  virtual void append(std::vector<log::Draft> drafts, Done done) = 0;
  /// Why nothing can be kept at the moment, as a sentence; none where all is well. Readers are served all the
  /// same.
  virtual std::optional<std::string> unavailable_reason() const { return std::nullopt; }
  virtual Backlog backlog() const { return {}; }
  /// Goes on where `storage` says; false where that takes a restart.
  virtual bool reconfigure(const StorageSettings& /*storage*/) { return false; }
  /// Before the loops go: every append under way has been answered when it returns, and no other is taken.
  virtual void close() {}
};

}  // namespace worker::store
