// Epochs: the numbering of the log. Sequences rise for as long as the process lives; the numbers in ids
// begin again with each epoch, which begins when the store has lost the log. A value; the log guards it.
#pragma once

#include <algorithm>
#include <optional>
#include <string>

#include "log/cursor.hpp"

namespace worker::log {

class Epochs {
 public:
  /// `name`: letters and digits, never used before. The names of all epochs have one length.
  explicit Epochs(std::string name) : name_(std::move(name)) {}

  /// Of the current epoch.
  const std::string& name() const { return name_; }
  /// The sequence before the first one of the current epoch; 0 for the first epoch of this process.
  Sequence start() const { return start_; }
  /// The last sequence given out.
  Sequence last() const { return last_; }
  /// Sequences up to `last` are given out. Does nothing if more are already.
  void advance(Sequence last) { last_ = std::max(last_, last); }
  /// Begins an epoch. Its start is a sequence without an entry, so that a reader who stands at the end of the
  /// previous epoch stands before it.
  void begin(std::string name);

  /// The generated id of a sequence of the current epoch, or of an earlier one.
  std::string id_of(Sequence sequence) const;
  /// The opposite: none for a cursor of another epoch, and for a sequence that was not given out yet.
  std::optional<Sequence> find(const Cursor& cursor) const;
  /// `id` has the form of an id of the current epoch, whether or not it was given out.
  bool is_current(const std::string& id) const;
  /// The cursor has the form of an id of another epoch.
  bool is_other(const Cursor& cursor) const;

 private:
  std::string name_;
  Sequence start_ = 0;
  std::string previous_name_;  // of the sequences before start_
  Sequence previous_start_ = 0;
  Sequence last_ = 0;
};

}  // namespace worker::log
