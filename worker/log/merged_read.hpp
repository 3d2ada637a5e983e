// MergedRead: what a history has for one subscription: the entries of its topics, patterns and templates
// merged into one order, and what these topics evicted. Reads the parts of a history; shorter-lived than that
// and the subscription.
//
// A template is looked up by the prefix of its beginning that ends with a slash, and all that is retained
// there is compared with it; one without such a prefix is compared with everything. Evictions are known by
// that prefix, too: its reader also gets a gap if only other topics there evicted entries.
#pragma once

#include <vector>

#include "log/history.hpp"
#include "log/read.hpp"
#include "log/subscription.hpp"

namespace worker::log {

class MergedRead {
 public:
  /// Entries that one slice skips at most because the reader may not read them: the log's mutex is held
  /// meanwhile. Those that a template does not match count several times.
  static constexpr std::size_t skipped_max = 10'000;

  MergedRead(const History& history, const Subscription& subscription)
      : history_(history), retained_(history.retained()), subscription_(subscription) {}

  /// See Log::read().
  Slice slice(Sequence after, Sequence until, std::size_t bytes_max, EvictionCount evictions_seen) const;
  /// Entries after `after` and up to `until`, each once and in their order, about `bytes_max` bytes of
  /// frames, and how far they go. At least one entry, unless there is none or `skipped_max` that the reader
  /// may not read come before it. Says nothing of evictions.
  Slice entries(Sequence after, Sequence until, std::size_t bytes_max) const;
  /// The first sequence, not before `after`, after which no entry of the subscription is missing.
  Sequence first_available(Sequence after) const;
  /// The last sequence that was evicted since `evictions_seen`; 0 if none was.
  Sequence evicted_through(EvictionCount evictions_seen) const;
  /// See Log::closed_at().
  Sequence closed_at() const;

 private:
  bool is_of_worker(const Entry& entry) const;
  bool retains(const Entry& entry) const;
  template <class Take>
  void each_sequence(Sequence after, Sequence until, const Take& take) const;

  const History& history_;
  const RetainedEntries& retained_;
  const Subscription& subscription_;
};

}  // namespace worker::log
