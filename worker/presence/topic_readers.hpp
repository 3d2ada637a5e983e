// TopicReaders: who reads one topic, and what of it its readers have been told. The roster has one for each
// topic, and guards it with its lock: not thread-safe.
//
// A name is told as a difference while the topic is `named`. `untold` has the subjects whose presence is not
// what readers know of them, so a change costs what it tells and not what the topic has.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "presence/change.hpp"

namespace worker::presence {

struct TopicReaders;
struct Leaving;
using LeavingPlace = std::list<Leaving>::iterator;

struct Subject {
  bool is_present() const { return streams > 0 || leaving; }

  std::uint32_t streams = 0;
  std::optional<LeavingPlace> leaving{};
  bool is_told = false;  // readers know that it is present
};

// A name and what is known of it.
using NamedTopic = std::pair<const std::string, TopicReaders>;
using NamedSubject = std::pair<const std::string, Subject>;

/// A subject or a stream without one, whose last stream has ended.
struct Leaving {
  NamedTopic* topic;
  NamedSubject* subject;  // null where there is none
  base::Instant ends;
  bool is_own;  // is in the roster of this worker's own readers, too
};

struct TopicReaders {
  std::size_t count() const { return present + anonymous + anonymous_leaving.size() + elsewhere; }
  /// Nobody reads it, and nothing is to be told of it.
  bool is_over() const;
  /// Sorted.
  std::vector<std::string> present_names() const;

  /// The subject came, or left, or was told of. It may be gone when this returns.
  void changed(NamedSubject& subject);
  /// No name is known to the readers.
  void void_names();
  /// Fewer than those for which the names were dropped: around the bound they would come and go.
  bool may_name(std::size_t names_max) const {
    return unnamed_parts == 0 && present <= names_max - names_max / 4;
  }
  bool has_news(std::size_t names_max) const;
  /// What is to be told now, of the topic `name`.
  Change change(const std::string& name, std::size_t names_max) const;
  /// This has been told.
  void told(const Change& change);
  /// What has been told so far, of the topic `name`; none if that is nothing.
  std::optional<Change> all_told(const std::string& name) const;

  std::map<std::string, Subject, std::less<>> subjects{};
  std::size_t present = 0;                      // of the subjects
  std::size_t anonymous = 0;                    // open streams without a subject
  std::list<LeavingPlace> anonymous_leaving{};  // the oldest first
  std::size_t elsewhere = 0;                    // at other workers, without a known name
  std::size_t unnamed_parts = 0;                // of other workers, which do not tell their names
  std::set<std::string_view> untold{};          // subjects whose presence readers do not know
  std::size_t count_told = 0;
  bool named = false;       // `is_told` and `untold` are kept
  bool named_told = false;  // readers know names
  bool anew = false;        // see Change
  // When the roster looks at it next, and when it was told of last.
  std::optional<base::Instant> queued{};
  base::Instant told_at = base::Instant::min();

 private:
  bool too_many_names(std::size_t names_max) const {
    return unnamed_parts > 0 || present > names_max || untold.size() > names_max;
  }
};

}  // namespace worker::presence
