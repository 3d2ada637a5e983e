// PassingJournal: a memory journal behind a class of the test's own, which overrides what shall happen
// otherwise.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "store/memory/memory_journal.hpp"

namespace worker::support {

class PassingJournal : public log::Journal {
 public:
  PassingJournal(const log::Settings& settings, std::string epoch, const base::Clock& clock)
      : journal_(settings, std::move(epoch), clock) {}

  void append(std::vector<log::Draft> drafts, Done done) override {
    journal_.append(std::move(drafts), std::move(done));
  }
  using Journal::id_of;
  std::string id_of(log::Sequence sequence) const override { return journal_.id_of(sequence); }
  log::Resumption resume(const log::Selection& selection,
                         const std::optional<std::string>& cursor) const override {
    return journal_.resume(selection, cursor);
  }
  log::Slice read(const log::Selection& selection, log::Sequence after, log::Sequence until,
                  std::size_t bytes_max, log::Evictions accounted) const override {
    return journal_.read(selection, after, until, bytes_max, accounted);
  }
  std::vector<log::EntryPtr> read_all(log::Sequence after, std::size_t count_max) const override {
    return journal_.read_all(after, count_max);
  }
  log::Sequence closed_at(const log::Selection& selection) const override {
    return journal_.closed_at(selection);
  }
  log::Sequence last() const override { return journal_.last(); }
  log::Sequence lost_through() const override { return journal_.lost_through(); }
  void follow(log::Follower& follower, std::function<void()> news) override {
    journal_.follow(follower, std::move(news));
  }
  bool expire() override { return journal_.expire(); }
  void update(const log::Settings& settings) override { journal_.update(settings); }
  log::Figures figures() const override { return journal_.figures(); }

  std::optional<std::string> trouble() const override { return journal_.trouble(); }

 private:
  store::MemoryJournal journal_;
};

}  // namespace worker::support
