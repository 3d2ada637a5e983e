// PastIds: the publishers' ids of evicted events, with their sequences, so that a reader who comes back with
// such an id gets a gap only if it missed something. Bounded: the id that was added first is forgotten first.
// Ids are kept as hashes, so that an id of any length takes 32 bytes, and up to 32 in the table that finds
// it. A value; the log guards it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string_view>
#include <vector>

#include "base/sip_hash.hpp"
#include "log/entry.hpp"

namespace worker::log {

struct PastId {
  base::SipHash hash;  // of the id
  Sequence sequence = 0;
  /// Of the event, see fingerprint_of(); 0 if it is not known.
  std::uint64_t fingerprint = 0;

  bool operator==(const PastId&) const = default;
};

class PastIds {
 public:
  PastIds(const base::SipKey& key, std::size_t max) : key_(key), max_(max) {}

  PastId named(std::string_view id, Sequence sequence, std::uint64_t fingerprint) const {
    return {base::sip_hash(key_, id), sequence, fingerprint};
  }
  /// Does nothing if the id is there already: a reader may have it of the earlier event, and must not miss
  /// what came after that.
  void add(const PastId& id);
  /// Null if it was never added, or is forgotten. Valid until the next add().
  const PastId* find(std::string_view id) const;
  /// Another bound, in force at once.
  void limit(std::size_t max);

  std::size_t size() const { return ids_.size(); }
  /// The bound.
  std::size_t max() const { return max_; }
  /// How many were forgotten because of the bound.
  std::uint64_t forgotten() const { return forgotten_; }
  const base::SipKey& key() const { return key_; }
  /// The oldest first.
  const std::deque<PastId>& all() const { return ids_; }

 private:
  // The number of an id in the order of additions, from 1. The table is an open-addressing one.
  using Slot = std::uint64_t;

  std::size_t slot_of(const base::SipHash& hash) const;
  const PastId& at(Slot slot) const { return ids_[slot - 1 - dropped_]; }
  void drop_first();
  void grow();

  base::SipKey key_;
  std::size_t max_;
  std::deque<PastId> ids_;
  std::uint64_t dropped_ = 0;  // of all that were added
  std::uint64_t forgotten_ = 0;
  std::vector<Slot> slots_;  // a power of two, at most half of them taken; 0: free
};

}  // namespace worker::log
