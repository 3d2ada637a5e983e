// InterposedJournal: a memory journal in which something happens at moments that only another thread would
// choose.
#pragma once

#include <functional>
#include <utility>

#include "support/passing_journal.hpp"

namespace worker::support {

class InterposedJournal final : public PassingJournal {
 public:
  using PassingJournal::PassingJournal;

  log::Sequence closed_at(const log::Selection& selection) const override {
    if (before_closed_at) std::exchange(before_closed_at, {})();
    return PassingJournal::closed_at(selection);
  }

  /// Called once, right before the next closed_at() is answered.
  mutable std::function<void()> before_closed_at;
};

}  // namespace worker::support
