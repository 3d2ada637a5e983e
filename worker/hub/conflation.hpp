// Conflation: on which topics a reader who fell behind gets only the latest value of each key, and which
// values of a stretch of history those are. A value.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "journal/journal.hpp"

namespace worker::hub {

class Conflation {
 public:
  Conflation() = default;
  /// Topics and patterns of topics, as checked when the configuration was read.
  explicit Conflation(const std::vector<std::string>& topics);

  /// May a later value stand in for this event, for a reader of `asked`? Where every topic it reads it by
  /// conflates.
  bool applies_to(const journal::Entry& entry, const journal::Selection& asked) const;
  /// Takes out what a later one of `entries` stands in for. How many those were.
  std::size_t drop_superseded(std::vector<journal::EntryPtr>& entries, const journal::Selection& asked) const;

 private:
  journal::Selection topics_;
};

}  // namespace worker::hub
