// Draft and Entry: an event on its way into the journal, and one that has its place there. Values.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "sse/event.hpp"

namespace worker::journal {

/// The place of an event in the one order of the hub. The first event is 1; 0 is before everything.
using Sequence = std::uint64_t;

/// How many evictions there have been: a clock that says which of them a reader knows of already. A place
/// could not: another topic may lose an event that stands before it later.
using Evictions = std::uint64_t;

/// What a topic has given up.
struct Loss {
  Sequence through = 0;  // the last place given up
  Evictions at = 0;      // when, on the clock of evictions
};

struct Draft {
  /// At least one; names that were checked at the edge (see journal/topic.hpp).
  std::vector<std::string> topics;
  /// Its id, if the publisher gave one, becomes an alias of the place.
  sse::Event event;
  /// No data was given: the reader's cursor moves, but nothing fires.
  bool silent = false;
  /// Which value this is the latest of; empty for none. Only topics that conflate look at it.
  std::string key;
  /// The last event of its topics.
  bool closes = false;
};

struct Entry {
  Sequence sequence = 0;
  std::vector<std::string> topics;
  std::string key;
  bool closes = false;
  base::Instant at;
  /// For one that was kept elsewhere and came back: Unix time, in milliseconds, by the clock of whoever kept
  /// it. `at` is then no earlier than it must have been published. 0 for all others.
  std::int64_t dated_ms = 0;
  /// The publisher's own id; empty where the place itself is the id.
  std::string alias;
  /// The event as it is sent to every reader, encoded once.
  std::string frame;

  /// What the entry takes, roughly, of the history's bytes.
  std::size_t size_bytes() const;
};

/// Shared between the journal and the loops; the last one frees it.
using EntryPtr = std::shared_ptr<const Entry>;

/// Encodes the event. `id` is the cursor to resume after it: the publisher's own where there is one.
EntryPtr make_entry(Draft&& draft, Sequence sequence, const std::string& id, base::Instant at);

}  // namespace worker::journal
