// HeldJournal: what all journals have in common: a history in memory that readers are served from, under one
// mutex, and the loops that follow it. A kind of journal adds how events get their places and where else they
// are kept.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "log/history.hpp"
#include "store/waiting.hpp"

namespace worker::store {

class HeldJournal : public log::Journal {
 public:
  /// `epoch`: see History.
  HeldJournal(const log::Settings& settings, std::string epoch, const base::Clock& clock);

  using log::Journal::id_of;
  std::string id_of(log::Sequence sequence) const override;
  log::Resumption resume(const log::Selection& selection,
                         const std::optional<std::string>& cursor) const override;
  log::Slice read(const log::Selection& selection, log::Sequence after, log::Sequence until,
                  std::size_t bytes_max, log::Evictions accounted) const override;
  std::vector<log::EntryPtr> read_all(log::Sequence after, std::size_t count_max) const override;
  log::Sequence closed_at(const log::Selection& selection) const override;
  log::Sequence last() const override;
  log::Sequence lost_through() const override;
  void follow(log::Follower& follower, std::function<void()> news) override;
  bool expire() override;
  void update(const log::Settings& settings) override;
  log::Figures figures() const override;

 protected:
  /// The followers hear of what was added. Without the lock.
  void tell_followers() const;
  /// Others write to it, too.
  virtual bool is_shared() const { return false; }

  const base::Clock& clock_;
  mutable std::mutex mutex_;
  log::History history_;  // guarded by mutex_
  WaitingBytes waits_;    // guarded by mutex_

 private:
  std::vector<std::function<void()>> listeners_;  // guarded by mutex_
};

}  // namespace worker::store
