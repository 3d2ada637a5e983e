// TopicRates: which topics get the most events, and how many a second, on average over about the last minute.
// For the operator, who is never told too much: a rate is what is certain at least, and a topic that is
// missing has less than a 128th of all events. Owned by the history; not thread-safe: the log guards it.
//
// It keeps a few names, cut, however many topics there are and however long their names are: once there are
// 256, the count of the 129th is taken off all (Misra and Gries), and who has nothing left is forgotten. So a
// flood of topics with one event each leaves nothing behind. Counts decay exponentially, once a second.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "log/entry.hpp"

namespace worker::log {

struct TopicRate {
  std::string topic;  // its first bytes, whole characters
  double per_second = 0;

  bool operator==(const TopicRate&) const = default;
};

class TopicRates {
 public:
  /// What is left of a name. Topics that begin with the same bytes count as one.
  static constexpr std::size_t name_bytes_max = 100;
  /// Names that are kept.
  static constexpr std::size_t names_max = 256;
  /// After this time 37 % of a count is left.
  static constexpr std::chrono::seconds memory{60};
  /// A topic is shown as long as so much is left of its events: not each one that gets an event now and then.
  static constexpr double shown_from = 5;

  /// How many topics busiest() tells; 0, as at first: none, and nothing is counted.
  void set_count(std::size_t count);
  /// An event was appended. The names of private events, and reserved ones, are not for others.
  void add(const Entry& entry);
  /// The busiest first.
  std::vector<TopicRate> busiest(base::Instant now) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

  void count(std::string_view topic);
  void decay(base::Instant now);
  void take_off();

  std::size_t count_ = 0;
  std::unordered_map<std::string, double, Hash, std::equal_to<>> events_;
  base::Instant decayed_at_;
};

}  // namespace worker::log
