// HeldJournal: what all journals have in common: a history in memory that readers are served from, under one
// mutex, and the loops that follow it. A kind of journal adds how events get their places and where else they
// are kept.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "journal/history.hpp"
#include "journal/waiting.hpp"

namespace worker::journal {

class HeldJournal : public Journal {
 public:
  /// `epoch`: see History.
  HeldJournal(const Settings& settings, std::string epoch, const base::Clock& clock);

  using Journal::id_of;
  std::string id_of(Sequence sequence) const override;
  Resumption resume(const Selection& selection, const std::optional<std::string>& cursor) const override;
  Slice read(const Selection& selection, Sequence after, Sequence until, std::size_t bytes_max,
             Evictions accounted) const override;
  std::vector<EntryPtr> read_all(Sequence after, std::size_t count_max) const override;
  Sequence closed_at(const Selection& selection) const override;
  Sequence last() const override;
  Sequence lost_through() const override;
  void follow(Follower& follower, std::function<void()> news) override;
  bool expire() override;
  void update(const Settings& settings) override;
  Figures figures() const override;

 protected:
  /// The followers hear of what was added. Without the lock.
  void tell_followers() const;
  /// Others write to it, too.
  virtual bool is_shared() const { return false; }

  const base::Clock& clock_;
  mutable std::mutex mutex_;
  History history_;     // guarded by mutex_
  WaitingBytes waits_;  // guarded by mutex_

 private:
  std::vector<std::function<void()>> listeners_;  // guarded by mutex_
};

}  // namespace worker::journal
