// Topics that hold nothing any more: what they gave up last, and whether they were closed, is remembered one
// by one, within bounds. Beyond them a common mark stands in: a reader who comes back to a topic that was
// forgotten is told of a gap, if need be of one too many, never of one too few. A closed topic that was
// forgotten is open again.
#include <algorithm>

#include "journal/history.hpp"

namespace worker::journal {
namespace {

// What such a topic takes beside its name, with its place in the line.
constexpr std::size_t emptied_topic_bytes = sizeof(Topic) + 32;

}  // namespace

void History::holds_nothing(Topic& topic) {
  ++emptied_topics_;
  emptied_bytes_ += emptied_topic_bytes + topic.name_bytes;
  if (std::exchange(topic.in_line, true)) return;
  emptied_.push_back({&topic, topic.loss.at});
}

// Before it holds its first event; nothing changes for one that is new. Its place in the line stays: taking
// it out would be a search.
void History::holds_again(Topic& topic) {
  if (!topic.in_line) return;
  --emptied_topics_;
  emptied_bytes_ -= emptied_topic_bytes + topic.name_bytes;
}

void History::forget_no_line() {
  emptied_.clear();
  emptied_topics_ = 0;
  emptied_bytes_ = 0;
}

bool History::remembers_too_much() const {
  return emptied_topics_ > emptied_max || emptied_bytes_ > settings_.bytes_max / emptied_share;
}

// Whoever was emptied first goes first; one that was filled and emptied again meanwhile gets another turn.
void History::forget_emptied() {
  while (remembers_too_much()) {
    const auto [topic, at] = emptied_.front();
    emptied_.pop_front();
    if (!topic->held.empty()) {
      topic->in_line = false;
    } else if (topic->loss.at != at) {
      emptied_.push_back({topic, topic->loss.at});
    } else {
      forget(*topic);
    }
  }
  prefixes_.forget_emptied(settings_.bytes_max / PrefixIndex::emptied_share);
}

void History::forget(Topic& topic) {
  holds_again(topic);
  const auto& loss = topic.loss;
  forgotten_ = {std::max(forgotten_.through, loss.through), std::max(forgotten_.at, loss.at)};
  note_change(topic);
  topics_.erase(topic);
  ++forgotten_topics_;
}

}  // namespace worker::journal
