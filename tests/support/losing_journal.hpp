// LosingJournal: a memory journal that the test lets lose events, or begin a new life.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "store/group.hpp"
#include "store/held_journal.hpp"

namespace worker::support {

class LosingJournal final : public store::HeldJournal {
 public:
  using HeldJournal::HeldJournal;

  void append(std::vector<log::Draft> drafts, Done done) override {
    std::vector<Kept> results;
    {
      const std::lock_guard lock(mutex_);
      store::Group group(history_);
      for (auto& draft : drafts) results.push_back(group.add(std::move(draft), clock_.now()));
      for (const auto& entry : group.entries()) history_.add(entry);
      history_.trim();
    }
    tell_followers();
    done(std::move(results));
  }

  void lose(log::Sequence through) {
    {
      const std::lock_guard lock(mutex_);
      history_.lose(through);
    }
    tell_followers();
  }
  void restart(std::string epoch) {
    {
      const std::lock_guard lock(mutex_);
      history_.restart(std::move(epoch));
    }
    tell_followers();
  }
};

}  // namespace worker::support
