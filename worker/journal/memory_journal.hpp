// MemoryJournal: the history in this process, gone with it.
#pragma once

#include "journal/held_journal.hpp"

namespace worker::journal {

class MemoryJournal final : public HeldJournal {
 public:
  using HeldJournal::HeldJournal;

  /// Kept when it returns.
  void append(std::vector<Draft> drafts, Done done) override;
};

}  // namespace worker::journal
