// MemoryJournal: the history in this process, gone with it. One mutex; every call holds it for a time that
// depends on what it returns, except read() for several topics, which scans what came after the cursor.
#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>

#include "journal/journal.hpp"
#include "journal/settings.hpp"

namespace worker::journal {

class MemoryJournal final : public Journal {
 public:
  /// `epoch` names this life of the hub: letters and digits, never used before.
  MemoryJournal(const Settings& settings, std::string epoch, const base::Clock& clock);

  void append(std::vector<Draft> drafts, Done done) override;
  using Journal::id_of;
  std::string id_of(Sequence sequence) const override;
  Resumption resume(const Selection& selection, const std::optional<std::string>& cursor) const override;
  Slice read(const Selection& selection, Sequence after, Sequence until, std::size_t bytes_max,
             Evictions accounted) const override;
  std::vector<EntryPtr> read_all(Sequence after, std::size_t count_max) const override;
  Sequence closed_at(const Selection& selection) const override;
  Sequence last() const override;
  void follow(Follower& follower, std::function<void()> news) override;
  void expire() override;
  Figures figures() const override;

  /// New bounds; what is over them goes with the next append or expire().
  void update(const Settings& settings);

 private:
  struct Held {
    EntryPtr entry;          // none once every topic has given it up
    std::size_t topics = 0;  // those that still hold it
  };
  struct Loss {
    Sequence through = 0;  // the last place given up
    Evictions at = 0;      // when, on the clock of evictions
  };
  struct Topic {
    std::deque<Sequence> held;
    Loss loss;
    Sequence closed_at = 0;  // its last event; 0 while it is open
  };
  using Topics = std::map<std::string, Topic, std::less<>>;

  Kept keep(Draft&& draft);
  bool shorten(Topics::iterator topic);
  void trim();
  bool front_is_spare() const;
  void evict_front();
  void release(Topics::iterator topic, Sequence sequence);
  void forget_emptied();
  Sequence seen_by_all() const;
  Held& held(Sequence sequence) { return log_[sequence - first_]; }
  const Held& held(Sequence sequence) const { return log_[sequence - first_]; }
  Sequence last_locked() const { return first_ + log_.size() - 1; }
  std::optional<Sequence> find(const std::string& cursor) const;
  Sequence evicted_through(const Selection& selection, Evictions accounted) const;
  bool holds(const Selection& selection, const Entry& entry) const;
  Sequence closed_at_locked(const Selection& selection) const;
  Sequence beginning(const Selection& selection, Sequence after) const;
  bool is_earlier_life(const std::string& cursor) const;
  std::vector<EntryPtr> read_locked(const Selection& selection, Sequence after, Sequence& until,
                                    std::size_t bytes_max) const;

  const std::string epoch_;
  const base::Clock& clock_;
  mutable std::mutex mutex_;  // guards all below
  Settings settings_;
  std::deque<Held> log_;
  Sequence first_ = 1;  // of the log's first element
  std::size_t events_ = 0;
  std::size_t bytes_ = 0;
  Topics topics_;
  std::set<std::string> over_;       // topics that hold more than they may, until every loop has seen it
  std::deque<std::string> emptied_;  // topics in the order in which they lost their last event
  Loss forgotten_;                   // of topics that are not remembered any more
  Evictions evictions_ = 0;
  std::unordered_map<std::string, Sequence> aliases_;
  struct Listener {
    Follower* follower;
    std::function<void()> news;
  };
  std::vector<Listener> listeners_;
};

}  // namespace worker::journal
