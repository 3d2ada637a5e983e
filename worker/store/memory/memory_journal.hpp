// MemoryJournal: the history in this process, gone with it.
#pragma once

#include "store/held_journal.hpp"

namespace worker::store {

class MemoryJournal final : public HeldJournal {
 public:
  using HeldJournal::HeldJournal;

  /// Kept when it returns.
  void append(std::vector<log::Draft> drafts, Done done) override;
};

}  // namespace worker::store
