// Conflation: on which topics a slow subscriber gets only the latest value of each key, and which values are
// the latest of those that it may read. One for all subscribers of a shard. Loop thread only.
//
// It knows the sequence of the latest value of each key that it was told of: an event is superseded if each
// of its topics that the subscriber asked for has a later value of its key. What Conflation was not told of,
// or has forgotten to stay within its bound, has one effect only: subscribers get values that they might have
// skipped.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "log/read.hpp"
#include "log/subscription.hpp"

namespace worker::hub {

class Conflation {
 public:
  /// Memory that the keys may take, approximately; over it the older half of them is forgotten.
  static constexpr std::size_t bytes_max = 8'388'608;

  Conflation() = default;
  /// Topics and patterns of topics, as checked when the configuration was read.
  explicit Conflation(const std::vector<std::string>& topics);

  /// True if a later value may replace this event for a subscriber of `asked`: all topics that the two have
  /// in common conflate.
  bool applies_to(const log::Entry& entry, const log::Subscription& asked) const;
  /// This is the latest value of its key, if it has one, in all of its topics that conflate.
  void note(const log::Entry& entry);
  bool superseded(const log::Entry& entry, const log::Subscription& asked) const;
  /// Removes superseded entries and returns their number.
  std::size_t drop_superseded(std::vector<log::EntryPtr>& entries, const log::Subscription& asked) const;
  /// No subscriber is slow any more.
  void forget();

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  using Latest = std::unordered_map<std::string, log::Sequence, Hash, std::equal_to<>>;

  bool has_later(const std::string& name, log::Sequence sequence) const;
  const std::string& name_of(std::string_view topic, std::string_view key, bool is_private) const;
  void forget_older_half();

  log::Selectors topics_;
  // By topic and key, with a NUL between them, which no topic has. Private values have names of their own,
  // with a NUL before them: they replace others only for subscribers who get them.
  Latest latest_;
  std::size_t bytes_ = 0;
  mutable std::string name_;  // of name_of(), so that a look-up allocates nothing
};

}  // namespace worker::hub
