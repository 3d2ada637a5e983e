// PastIds: where the events stood that publishers gave ids to and that are not held any more, so that a
// reader who comes back with such an id is told exactly what it missed. Bounded: the id that was added first
// is forgotten first. Ids are kept as hashes, so that an id of any length takes 32 bytes, and up to 32 in the
// table that finds it. A value; its history guards it.
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
  /// Of the event, see fingerprint_of(); 0 where it is not known.
  std::uint64_t fingerprint = 0;

  bool operator==(const PastId&) const = default;
};

class PastIds {
 public:
  PastIds(const base::SipKey& key, std::size_t max) : key_(key), max_(max) {}

  PastId named(std::string_view id, Sequence sequence, std::uint64_t fingerprint) const {
    return {base::sip_hash(key_, id), sequence, fingerprint};
  }
  /// Changes nothing where the id is there already: whoever has it may have it of the earlier event, and must
  /// not miss what came after that.
  void add(const PastId& id);
  /// None where it was never added, or is forgotten. Until the next add().
  const PastId* find(std::string_view id) const;
  /// Another bound, in force at once.
  void limit(std::size_t max);

  std::size_t size() const { return ids_.size(); }
  /// How many had to make room for others.
  std::uint64_t forgotten() const { return forgotten_; }
  const base::SipKey& key() const { return key_; }
  /// The oldest first.
  const std::deque<PastId>& all() const { return ids_; }

 private:
  // An open-addressing table of what number(), counted from 1, each id has in the order of additions.
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
