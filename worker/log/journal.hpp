// Journal: gives every event its place in the one order of the hub, and keeps a history to resume from.
//
// The contract: append() gives places without holes, in the order of the calls; what was answered is kept and
// can be read, by everybody, until the history's bounds evict it; an eviction is never hidden from a reader
// it concerns. Usable from every thread. Outlives the loops that follow it.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "log/entry.hpp"
#include "log/settings.hpp"
#include "log/topic.hpp"

namespace worker::store {
struct StorageSettings;  // see move_to()
}

namespace worker::log {

/// Why an event was not taken.
enum class Rejection {
  closed,       // a topic of it was closed
  reserved,     // the publisher's id looks like one of the hub's own
  conflict,     // another event has the publisher's id, or had it before it was evicted
  unavailable,  // it cannot be kept now, see Journal::trouble(); nor can the others of its append()
  full,         // too much waits to be stored already; none of its append() is stored
  unconfirmed,  // it was on its way when that began, and may have been kept; so may the others
};

/// Why a reader's cursor is no good.
enum class GapReason {
  unknown,    // no event has, or is known to have had, this id
  evicted,    // events after it were given up to keep the history within its bounds
  lost,       // events after it may have been lost with a part of the journal's file
  restarted,  // it is of an earlier life of this hub
};
std::string_view name_of(GapReason reason);

/// Where a reader begins.
struct Resumption {
  /// Everything held after this place.
  Sequence after = 0;
  /// What was evicted by now is no news to it: it was told, or asked for no more than what is held.
  Evictions accounted = 0;
  std::optional<GapReason> gap;
  /// All that was asked for is closed, and nothing after `after` is held: there is nothing to come.
  bool complete = false;
  /// The cursor is not known here, but may be one that another worker gave out just now: ask again in a
  /// moment. Only where others write to the journal, too.
  bool to_come = false;
};

/// A part of the history.
struct Slice {
  std::vector<EntryPtr> entries;
  /// The slice is complete up to and including this place, but for what was evicted.
  Sequence through = 0;
  /// The last place that matches and was evicted since the reader's `accounted`; 0 for none. For a reader of
  /// several topics an event of several counts whenever one of them gives it up, if the others hold it or
  /// not.
  Sequence evicted_through = 0;
  /// From now on accounted for.
  Evictions accounted = 0;
  /// Why what was evicted is gone.
  GapReason why = GapReason::evicted;
};

/// The place up to which a loop has taken the journal in. What it has not seen is not evicted, but can be
/// lost: see Journal::lost_through().
struct Follower {
  std::atomic<Sequence> at = 0;
};

struct Figures {
  std::size_t events, bytes, topics;
  std::chrono::milliseconds age;         // of the oldest event held
  std::size_t past_ids = 0;              // publishers' ids remembered of events that are not held any more
  std::uint64_t past_ids_forgotten = 0;  // because there were more than the bound
  std::size_t emptied_topics = 0;        // topics without events, included in topics
  std::size_t emptied_bytes = 0;         // bytes that these take, included in bytes
  std::size_t waiting_bytes = 0;         // bytes of appends that were not answered yet
  std::uint64_t waiting_refused = 0;     // appends refused because these bytes were at their bound
  std::uint64_t forgotten_topics = 0;    // topics without events that were forgotten, over the bounds
};

class Journal {
 public:
  /// An event's id, which is the cursor to resume after it.
  using Kept = base::Result<std::string, Rejection>;
  using Done = std::function<void(std::vector<Kept>)>;

  virtual ~Journal() = default;

  /// Appends in order and calls `done` with one result per draft once they are kept, perhaps before
  /// returning. An event that is known already by its publisher's id is not appended again; its result is
  /// that id. Another event that has the id of one that is known is a conflict.
  virtual void append(std::vector<Draft> drafts, Done done) = 0;
  /// The cursor of a place: `<epoch>-<sequence>`.
  virtual std::string id_of(Sequence sequence) const = 0;
  std::string id_of(const Entry& entry) const {
    return entry.alias().empty() ? id_of(entry.sequence()) : std::string(entry.alias());
  }

  /// Where a reader of `selection` begins: after `cursor`; from the first event held for the cursor
  /// `earliest`, or, where there is no cursor, if all it asked for is closed; at the end otherwise.
  virtual Resumption resume(const Selection& selection, const std::optional<std::string>& cursor) const = 0;
  /// Events that match, after `after` and up to `until`, of about `bytes_max` bytes in all, at least one; and
  /// what was evicted since `accounted`.
  virtual Slice read(const Selection& selection, Sequence after, Sequence until, std::size_t bytes_max,
                     Evictions accounted) const = 0;
  /// All events after `after`, at most `count_max`.
  virtual std::vector<EntryPtr> read_all(Sequence after, std::size_t count_max) const = 0;
  /// The last event of the selection, if every topic of it is closed; 0 where one is not, or it has a
  /// pattern.
  virtual Sequence closed_at(const Selection& selection) const = 0;
  bool closed(const Selection& selection) const { return closed_at(selection) != 0; }
  virtual Sequence last() const = 0;

  /// Up to here everything is gone, for those as well who have not seen it: it was lost where the journal
  /// keeps its events, or that place has begun a new life. Readers who stand before it are to be told. 0:
  /// nothing was.
  virtual Sequence lost_through() const { return 0; }

  /// `news` is called after every append, once for several that were kept together, from any thread, and must
  /// not block.
  virtual void follow(Follower& follower, std::function<void()> news) = 0;
  /// Evicts events that are too old or over the bounds, or a part of them. True if there is more: call again
  /// in another turn. To be called about once a second, and after an append.
  virtual bool expire() = 0;
  /// New bounds of the history.
  virtual void update(const Settings& settings) = 0;
  /// Goes on where `storage` says; false where that takes a restart.
  virtual bool move_to(const store::StorageSettings& /*storage*/) { return false; }
  /// Its history is there: readers can be told where they are. It is from the start, unless what is to be
  /// read first cannot be; then trouble() says why.
  virtual bool ready() const { return true; }
  /// Why nothing can be kept at the moment, as a sentence; none where all is well. Readers are served all the
  /// same.
  virtual std::optional<std::string> trouble() const { return std::nullopt; }
  /// Before the loops go: every append under way has been answered when it returns, and no other is taken.
  virtual void close() {}
  virtual Figures figures() const = 0;
};

}  // namespace worker::log
