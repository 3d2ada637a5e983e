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
// Memory: a node for each topic and subject with an open stream or within the grace time. Of the latter there
// are at most `leaving_max`; with more the oldest end early.
#pragma once

#include <cstddef>
#include <cstdint>
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
#include "presence/settings.hpp"

namespace worker::presence {

/// What the readers of a topic have to be told.
struct Change {
  std::string topic;
  /// Subjects, and streams without one.
  std::size_t count = 0;
  /// The names told so far are void; `joined` are all, or none where there are too many.
  bool reset = false;
  /// The names are told: what follows are differences to these.
  bool named = false;
  std::vector<std::string> joined{}, left{};
};

/// Who reads a topic now.
struct Present {
  std::size_t count = 0;
  /// Sorted. None where there are more than Settings::names_max.
  std::optional<std::vector<std::string>> subjects{};
};

class Roster {
  struct Topic;
  struct Subject;
  // A name and what is known of it.
  using NamedTopic = std::pair<const std::string, Topic>;
  using NamedSubject = std::pair<const std::string, Subject>;

 public:
  /// A stream or long poll counts as a reader of one topic while it has this.
  class Visit {
   public:
    Visit(Visit&& other) noexcept
        : roster_(std::exchange(other.roster_, nullptr)), topic_(other.topic_), subject_(other.subject_) {}
    Visit& operator=(Visit&&) = delete;
    ~Visit() {
      if (roster_ != nullptr) roster_->leave(*this);
    }
    const std::string& topic() const;

   private:
    friend class Roster;
    Visit(Roster& roster, NamedTopic& topic, NamedSubject* subject)
        : roster_(&roster), topic_(&topic), subject_(subject) {}

    Roster* roster_;
    NamedTopic* topic_;
    NamedSubject* subject_;  // null where the stream has none
  };
  struct Totals {
    std::size_t topics = 0;
    std::size_t readers = 0;  // the sum of what the topics count
  };

  static constexpr std::size_t default_leaving_max = 100'000;
  /// A topic is told of at most this often.
  static constexpr std::chrono::milliseconds interval{1'000};
  /// About what a visit takes, beside the names.
  static constexpr std::size_t visit_bytes = 512;

  Roster(const Settings& settings, const base::Clock& clock, std::size_t leaving_max = default_leaving_max);
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
  /// told() within a second is due again then, as it is then.
  std::vector<Change> changes(std::size_t events_max);
  /// These have been told.
  void told(const std::vector<Change>& changes);

  Present present(std::string_view topic) const;
  Totals totals() const;

 private:
  // A subject or a stream without one, whose last stream has ended.
  struct Leaving {
    NamedTopic* topic;
    NamedSubject* subject;  // null where there is none
    base::Instant ends;
  };
  using LeavingPlace = std::list<Leaving>::iterator;

  struct Subject {
    bool is_present() const { return streams > 0 || leaving; }

    std::uint32_t streams = 0;
    std::optional<LeavingPlace> leaving{};
    bool is_told = false;  // readers know that it is present
  };

  struct Topic {
    std::size_t count() const { return present + anonymous + anonymous_leaving.size(); }

    std::map<std::string, Subject, std::less<>> subjects{};
    std::size_t present = 0;                      // of the subjects
    std::size_t anonymous = 0;                    // open streams without a subject
    std::list<LeavingPlace> anonymous_leaving{};  // the oldest first
    std::set<std::string_view> untold{};          // subjects whose presence readers do not know
    std::size_t count_told = 0;
    bool named = false;       // `is_told` and `untold` are kept
    bool named_told = false;  // readers know names
    std::optional<base::Instant> queued{};
    base::Instant told_at = base::Instant::min();
  };

  void leave(const Visit& visit);
  void begin_grace(NamedTopic& topic, NamedSubject* subject);
  void end_first_grace();
  void end_graces(base::Instant now);
  void changed(NamedTopic& topic, NamedSubject& subject);
  void forget_names(Topic& topic);
  bool may_name(const Topic& topic) const;
  bool has_news(const Topic& topic) const;
  void queue(NamedTopic& topic, base::Instant due);
  void discard_if_over(NamedTopic& topic, base::Instant now);
  Change change_of(const NamedTopic& topic) const;
  void told(NamedTopic& topic, const Change& change);

  const log::Selectors topics_covered_;
  const base::Clock& clock_;
  const std::size_t leaving_max_;
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::chrono::milliseconds grace_;
  std::size_t names_max_;
  std::map<std::string, Topic, std::less<>> topics_;
  std::list<Leaving> leaving_;                             // in the order in which the streams have ended
  std::set<std::pair<base::Instant, NamedTopic*>> queue_;  // topics, by when they are looked at
  std::size_t readers_ = 0;
};

}  // namespace worker::presence
