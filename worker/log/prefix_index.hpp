// PrefixIndex: which entries patterns match. For every prefix of a topic's name that ends with a slash it has
// the sequences of the entries of topics under it, and marks of what these topics evicted. So a pattern costs
// a look-up and what it matches, however much else is retained. A value; the log guards it.
//
// A prefix is known by its hash, not by name: two that collide share their sequences, so a reader checks
// whether each entry matches. Sequences of evicted entries stay for a while; a reader skips them, too.
#pragma once

#include <cstdint>
#include <deque>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "log/entry.hpp"
#include "log/entry_index.hpp"
#include "log/sequence_queue.hpp"

namespace worker::log {

class PrefixIndex {
 public:
  /// A bound on what one name costs. A pattern with more slashes is looked up by its first so many, and its
  /// reader also gets a gap if only other topics below these evicted entries.
  static constexpr std::size_t slashes_max = 16;
  /// Empty prefixes, under which nothing is retained, whose marks are remembered one by one.
  static constexpr std::size_t empty_max = 100'000;
  /// Empty prefixes may take this part of Settings::bytes_max.
  static constexpr std::size_t bytes_share = 8;

  /// `topic` retains the entry of a sequence that is not before any other. `entries`: all that are retained,
  /// this one included.
  void add(std::string_view topic, Sequence sequence, const EntryIndex& entries);
  /// `topic` has evicted an entry, which other topics may retain.
  void evict(std::string_view topic, const EvictionMark& mark, const EntryIndex& entries);
  /// The last topic of an entry has evicted it; `topic` is one of its topics, too.
  void drop(std::string_view topic, const EntryIndex& entries);
  /// `topic` (empty: each topic) has evicted entries that were never added here.
  void add_mark(std::string_view topic, const EvictionMark& mark);
  void clear();
  /// Until the empty ones take at most `bytes_max` bytes. They share one mark then.
  void discard_empty_prefixes(std::size_t bytes_max);

  /// The sequences of all entries under `prefix`, which ends with a slash, in their order, and perhaps
  /// others; null if there are none.
  const SequenceQueue* find(std::string_view prefix) const;
  /// The last sequence that a topic under `prefix` (empty: any topic) evicted since `evictions_seen`, or a
  /// later one; 0 if none did.
  Sequence evicted_through(std::string_view prefix, EvictionCount evictions_seen) const;

  /// What the index takes, roughly.
  std::size_t bytes() const;
  /// The part of it that empty prefixes take.
  std::size_t empty_bytes() const;

 private:
  // Marks of which each is farther than all later ones: what was evicted since some moment is one look-up.
  class EvictionMarks {
   public:
    void add(const EvictionMark& mark);
    Sequence through_since(EvictionCount evictions_seen) const;
    /// One mark that covers all of them.
    EvictionMark all() const;
    /// Bytes that the marks take beside the first one.
    std::size_t bytes() const;

   private:
    std::vector<EvictionMark> falling_;
  };
  struct Node {
    SequenceQueue sequences;
    std::size_t swept_at = 0;  // the size at which sequences of evicted entries are searched next
    EvictionMarks marks;
  };
  using Nodes = std::unordered_map<std::uint64_t, Node>;

  Node& node_of(std::uint64_t hash);
  void sweep(Node& node, const EntryIndex& entries);
  void add_mark(Node& node, const EvictionMark& mark);
  void drop_evicted(Node& node, std::uint64_t hash, const EntryIndex& entries);
  void discard_empty_prefixes();
  void discard_first();

  Nodes nodes_;
  std::deque<std::uint64_t> empty_queue_;  // nodes, in the order in which they became empty
  std::size_t filled_ = 0;                 // nodes that have sequences
  std::size_t sequences_ = 0;              // of all nodes
  std::size_t marks_bytes_ = 0;            // bytes of all marks beside the first of each node
  std::size_t empty_marks_bytes_ = 0;      // the same of nodes without sequences
  EvictionMarks all_;                      // of all topics
  EvictionMark discarded_;                 // of all nodes that were discarded
};

}  // namespace worker::log
