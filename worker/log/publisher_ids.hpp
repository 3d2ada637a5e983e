// PublisherIds: the sequences of the events that publishers gave ids to, of the retained ones and, within a
// bound, of those that were evicted. A value; the log guards it.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "log/past_ids.hpp"

namespace worker::log {

/// What is known of an evicted event.
struct PastEvent {
  Sequence sequence = 0;
  std::uint64_t fingerprint = 0;
  bool is_private = false;
};

class PublisherIds {
 public:
  /// The name by which the id is remembered: that of a private event has a mark before it, which no id
  /// begins with. So stores need no field for it.
  static std::string past_name(std::string_view id, bool is_private);

  /// Remembers at most `past_max` ids of evicted events.
  explicit PublisherIds(std::size_t past_max);

  /// The sequence of the retained event with this id.
  std::optional<Sequence> find_retained(const std::string& id) const;
  /// The evicted event with this id. It goes before a retained one, of a later epoch: a reader may have the
  /// id of the earlier event, and must not miss what came after that.
  std::optional<PastEvent> find_past(const std::string& id) const;
  const PastIds& past() const { return past_; }

  /// An entry that is retained from now on, with or without an id.
  void add(const Entry& entry);
  /// An entry that is not retained any more. Returns what is remembered of its id; none if it has no id.
  std::optional<PastId> evict(const Entry& entry);
  /// The event with this id was evicted before it came here. `id` is a past_name().
  void add_past(std::string_view id, Sequence sequence) { past_.add(past_.named(id, sequence, 0)); }
  /// In place of the ids of evicted events.
  void restore(PastIds past) { past_ = std::move(past); }
  /// Another bound, in force at once.
  void limit_past(std::size_t max) { past_.limit(max); }

 private:
  std::unordered_map<std::string, Sequence> retained_;
  PastIds past_;
};

}  // namespace worker::log
