// Roster: who reads the topics that presence covers, in this process, and what of it the readers have not
// been told yet. Owned by main, outlives the reactors and all visits. Usable from every thread: one lock,
// taken when a stream begins or ends and not while it is open.
//
// A stream that ends is counted for the grace time still, so that a reconnect is no leave: a subject that
// comes back continues, and a stream without a subject takes the place of the oldest one that has ended.
//
// The names of a topic are told as differences while it has few of them. Whenever there are more than
// Settings::names_max, or so many changes at once, readers are told to forget the names (Change::reset), and
// get the number alone. Once a quarter fewer are present, all of them are told.
//
// In a cluster it also has the readers of the other workers (presence/peers.hpp), and one worker tells for
// all. The others take over from the log what was told. A second roster then has this worker's own readers
// alone: its changes are what this worker announces to the others.
//
// Memory: a node for each topic and subject with an open stream or within the grace time. Of the latter there
// are at most `leaving_max`; with more the oldest end early.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "log/selectors.hpp"
#include "presence/change.hpp"
#include "presence/settings.hpp"
#include "presence/topic_readers.hpp"

namespace worker::presence {

/// Who reads a topic now.
struct Present {
  std::size_t count = 0;
  /// Sorted. None where there are more than Settings::names_max.
  std::optional<std::vector<std::string>> subjects{};
};

class Roster {
 public:
  /// A stream or long poll counts as a reader of one topic while it has this. So does a subject that reads
  /// the topic at another worker.
  class Visit {
   public:
    Visit(Visit&& other) noexcept
        : roster_(std::exchange(other.roster_, nullptr)),
          topic_(other.topic_),
          subject_(other.subject_),
          own_(std::move(other.own_)),
          elsewhere_(other.elsewhere_) {}
    Visit& operator=(Visit&&) = delete;
    ~Visit() {
      if (roster_ != nullptr) roster_->leave(*this);
    }
    const std::string& topic() const;
    /// Of a subject at another worker, which has ended: it may come back to this one.
    void end_with_grace() { elsewhere_ = false; }

   private:
    friend class Roster;
    Visit(Roster& roster, NamedTopic& topic, NamedSubject* subject, bool elsewhere = false)
        : roster_(&roster), topic_(&topic), subject_(subject), elsewhere_(elsewhere) {}

    Roster* roster_;
    NamedTopic* topic_;
    NamedSubject* subject_;       // null where the stream has none
    std::unique_ptr<Visit> own_;  // of the same stream, in the roster of what is announced
    bool elsewhere_;
  };
  struct Totals {
    std::size_t topics = 0;
    std::size_t readers = 0;  // the sum of what the topics count
  };

  static constexpr std::size_t default_leaving_max = 100'000;
  static constexpr std::chrono::milliseconds default_interval{1'000};
  /// About what a visit takes, beside the names.
  static constexpr std::size_t visit_bytes = 512;

  /// `interval`: a topic is told of at most this often.
  Roster(const Settings& settings, const base::Clock& clock, std::size_t leaving_max = default_leaving_max,
         std::chrono::milliseconds interval = default_interval);
  Roster(const Roster&) = delete;
  Roster& operator=(const Roster&) = delete;
  ~Roster();

  /// Takes over all but the topics: the streams that are open would not be counted.
  void update(const Settings& settings);
  bool enabled() const { return !topics_covered_.empty(); }
  bool covers(std::string_view topic) const { return topics_covered_.matches(topic); }

  /// Of a topic that is covered. `subject` is empty for a stream without one.
  [[nodiscard]] Visit enter(std::string_view topic, std::string_view subject);

  /// Ends what is over, and returns what is to be told now, of about `events_max` events. Whatever is not
  /// told() within the interval is due again then, as it is then.
  std::vector<Change> changes(std::size_t events_max);
  /// These have been told.
  void told(const std::vector<Change>& changes);
  /// It is not known which names the readers know: all are told anew.
  void tell_anew(std::string_view topic);

  Present present(std::string_view topic) const;
  /// What a client of this visit gets before the events that tell of changes: who is present; in a cluster,
  /// what was told, because what comes are differences to that.
  Present shown(const Visit& visit) const;
  Totals totals() const;

  /// --- of a cluster; `mirror_to` and `follow` before the first visit ---
  /// Each visit is one of `own`, too, which outlives this.
  void mirror_to(Roster& own) { own_ = &own; }
  /// `is_known` takes over what has been told so far (told()), and returns whether all of it is known; from
  /// any thread, without the lock.
  void follow(std::function<bool()> is_known) { is_known_ = std::move(is_known); }
  /// A subject that is present at another worker.
  [[nodiscard]] Visit enter_elsewhere(std::string_view topic, std::string_view subject);
  /// Another worker has so many more, or fewer, readers without a known name, and 1 more part whose names are
  /// not known, or 1 fewer. As many streams that have ended here are taken to have moved there.
  void count_elsewhere(std::string_view topic, std::ptrdiff_t readers, int unnamed_parts);
  /// So many readers without a name, which another worker had, may come back within the grace time.
  void begin_graces(std::string_view topic, std::size_t readers);
  /// What was told is not known any more.
  void forget_told();
  /// What was told, of the topics after `after`, of about `events_max` events; `after` is set to the last of
  /// them, and empty if there are no more.
  std::vector<Change> all_told(std::string& after, std::size_t events_max) const;

 private:
  NamedTopic& find_or_add(std::string_view name);
  NamedSubject& enter(NamedTopic& topic, std::string_view subject);
  void leave(const Visit& visit);
  void end(NamedTopic& topic, NamedSubject& subject);
  void begin_grace(NamedTopic& topic, NamedSubject* subject, bool is_own);
  void end_first_grace();
  void end_graces(base::Instant now);
  void request_anew(const Visit& visit);
  std::size_t move_away(std::string_view topic, std::size_t streams);
  void queue(NamedTopic& topic, base::Instant due);
  void discard_if_over(NamedTopic& topic, base::Instant now);

  const log::Selectors topics_covered_;
  const base::Clock& clock_;
  const std::size_t leaving_max_;
  const std::chrono::milliseconds interval_;
  Roster* own_ = nullptr;
  std::function<bool()> is_known_{};
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::chrono::milliseconds grace_;
  std::size_t names_max_;
  std::map<std::string, TopicReaders, std::less<>> topics_;
  std::list<Leaving> leaving_;                             // in the order in which the streams have ended
  std::set<std::pair<base::Instant, NamedTopic*>> queue_;  // topics, by when they are looked at
  std::size_t readers_ = 0;
};

}  // namespace worker::presence
