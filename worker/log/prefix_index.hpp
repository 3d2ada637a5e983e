// PrefixIndex: which events patterns match. For every prefix of a topic's name that ends with a slash it has
// the places of the events under it, and how far such topics have given events up. So a pattern costs a
// look-up and what it matches, however much else is held. A value; its history guards it.
//
// Prefixes are known by a hash of theirs, not by name: two that collide share their places, and whoever reads
// them asks each event whether it matches. Places of events that are not held any more stay for a while; the
// reader skips them, too.
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
  /// A bound on what one name costs. A pattern with more slashes is looked up by its first so many; its
  /// reader is then also told of a gap where only others below these lost events.
  static constexpr std::size_t slashes_max = 16;
  /// Prefixes under which nothing is held any more and whose losses are remembered one by one.
  static constexpr std::size_t emptied_max = 100'000;
  /// Nodes without places may take this part of the history's bytes.
  static constexpr std::size_t emptied_share = 8;

  /// `topic` holds the event of a place that is not before any other. `held`: all events that are.
  void add(std::string_view topic, Sequence place, const EntryIndex& held);
  /// `topic` has given up an event, which may be held by others.
  void release(std::string_view topic, const EvictionMark& loss, const EntryIndex& held);
  /// The last topic of an event that had this one, too, has given it up.
  void gone(std::string_view topic, const EntryIndex& held);
  /// `topic` had lost events before this index began.
  void mark(std::string_view topic, const EvictionMark& loss);
  void clear();
  /// Until those under which nothing is held take no more.
  void forget_emptied(std::size_t bytes_max);

  /// Places in their order of all events under `prefix`, which ends with a slash, and perhaps of others; none
  /// where there is none.
  const SequenceQueue* find(std::string_view prefix) const;
  /// The last place that a topic under `prefix` (empty: any topic) gave up after `accounted`, or a later one;
  /// 0: none did.
  Sequence lost_through(std::string_view prefix, EvictionCount evictions_seen) const;

  /// What the index takes, roughly.
  std::size_t bytes() const;
  /// Of these, what is remembered of prefixes under which nothing is held.
  std::size_t emptied_bytes() const;

 private:
  // Losses of which each is farther than all later ones: what was lost since some moment is one look-up.
  class EvictionMarks {
   public:
    void add(const EvictionMark& loss);
    Sequence through_since(EvictionCount evictions_seen) const;
    /// One loss that covers all of them.
    EvictionMark all() const;
    /// Bytes that the losses take beside the first one.
    std::size_t bytes() const;

   private:
    std::vector<EvictionMark> falling_;
  };
  struct Node {
    SequenceQueue places;
    std::size_t swept_at =
        0;  // the size at which it is to be looked through for places of events that are gone
    EvictionMarks losses;
  };
  using Nodes = std::unordered_map<std::uint64_t, Node>;

  Node& node_of(std::uint64_t hash);
  void sweep(Node& node, const EntryIndex& held);
  void add_loss(Node& node, const EvictionMark& loss);
  void drop_gone(Node& node, std::uint64_t hash, const EntryIndex& held);
  void forget_emptied();
  void forget_first();

  Nodes nodes_;
  std::deque<std::uint64_t> empty_topics_;  // nodes, in the order in which they lost their last place
  std::size_t filled_ = 0;                  // nodes that have places
  std::size_t sequences_ = 0;               // of all nodes
  std::size_t losses_bytes_ = 0;            // bytes of all losses beside the first of each node
  std::size_t emptied_losses_bytes_ = 0;    // the same of nodes without places
  EvictionMarks all_;                       // of all topics
  EvictionMark forgotten_;                  // the greatest loss of all nodes that were forgotten
};

}  // namespace worker::log
