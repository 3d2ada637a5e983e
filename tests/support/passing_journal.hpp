// PassingJournal: a memory journal behind a class of the test's own, which overrides what shall happen
// otherwise.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "journal/memory_journal.hpp"

namespace worker::support {

class PassingJournal : public journal::Journal {
 public:
  PassingJournal(const journal::Settings& settings, std::string epoch, const base::Clock& clock)
      : journal_(settings, std::move(epoch), clock) {}

  void append(std::vector<journal::Draft> drafts, Done done) override {
    journal_.append(std::move(drafts), std::move(done));
  }
  using Journal::id_of;
  std::string id_of(journal::Sequence sequence) const override { return journal_.id_of(sequence); }
  journal::Resumption resume(const journal::Selection& selection,
                             const std::optional<std::string>& cursor) const override {
    return journal_.resume(selection, cursor);
  }
  journal::Slice read(const journal::Selection& selection, journal::Sequence after, journal::Sequence until,
                      std::size_t bytes_max, journal::Evictions accounted) const override {
    return journal_.read(selection, after, until, bytes_max, accounted);
  }
  std::vector<journal::EntryPtr> read_all(journal::Sequence after, std::size_t count_max) const override {
    return journal_.read_all(after, count_max);
  }
  journal::Sequence closed_at(const journal::Selection& selection) const override {
    return journal_.closed_at(selection);
  }
  journal::Sequence last() const override { return journal_.last(); }
  journal::Sequence lost_through() const override { return journal_.lost_through(); }
  void follow(journal::Follower& follower, std::function<void()> news) override {
    journal_.follow(follower, std::move(news));
  }
  bool expire() override { return journal_.expire(); }
  void update(const journal::Settings& settings) override { journal_.update(settings); }
  journal::Figures figures() const override { return journal_.figures(); }

  std::optional<std::string> trouble() const override { return journal_.trouble(); }

 private:
  journal::MemoryJournal journal_;
};

}  // namespace worker::support
