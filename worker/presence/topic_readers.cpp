#include "presence/topic_readers.hpp"

namespace worker::presence {

bool TopicReaders::is_over() const {
  const bool reset_to_tell = named_told && !named;
  return subjects.empty() && count() == 0 && count_told == 0 && !reset_to_tell && anonymous == 0 &&
         unnamed_parts == 0;
}

std::vector<std::string> TopicReaders::present_names() const {
  std::vector<std::string> names;
  for (const auto& [subject, state] : subjects) {
    if (state.is_present()) names.push_back(subject);
  }
  return names;
}

void TopicReaders::changed(NamedSubject& subject) {
  const auto& [name, state] = subject;
  if (named && state.is_present() != state.is_told) {
    untold.insert(name);
  } else {
    untold.erase(name);
  }
  if (!state.is_present() && !state.is_told) subjects.erase(name);
}

void TopicReaders::void_names() {
  named = false;
  untold.clear();
  for (auto each = subjects.begin(); each != subjects.end();) {
    each->second.is_told = false;
    changed(*each++);
  }
}

bool TopicReaders::has_news(std::size_t names_max) const {
  if (count() != count_told || anew) return true;
  if (!named) return named_told || may_name(names_max);
  return !untold.empty() || too_many_names(names_max);
}

Change TopicReaders::change(const std::string& name, std::size_t names_max) const {
  Change change{.topic = name, .count = count(), .anew = anew};
  if (named && !too_many_names(names_max)) {
    change.named = true;
    for (const auto each : untold) {
      const auto& [subject, state] = *subjects.find(each);
      (state.is_present() ? change.joined : change.left).push_back(subject);
    }
    return change;
  }
  change.reset = true;
  change.named = may_name(names_max);
  if (change.named) change.joined = present_names();
  return change;
}

void TopicReaders::told(const Change& change) {
  count_told = change.count;
  named_told = change.named;
  if (change.anew) anew = false;
  const bool is_anew = change.reset || !change.named || change.count == 0;
  if (is_anew) {
    void_names();
    named = change.named;
  }
  // Names before these are not known here: then the next change tells all.
  if (!named) return;
  const auto tell = [&](const std::string& name, bool is_present) {
    auto& subject = *subjects.try_emplace(name).first;
    subject.second.is_told = is_present;
    changed(subject);
  };
  for (const auto& name : change.joined) tell(name, true);
  for (const auto& name : change.left) tell(name, false);
  if (!is_anew) return;
  for (auto each = subjects.begin(); each != subjects.end();) changed(*each++);
}

std::optional<Change> TopicReaders::all_told(const std::string& name) const {
  if (count_told == 0 && !named) return std::nullopt;
  Change change{.topic = name, .count = count_told, .reset = true, .named = named};
  for (const auto& [subject, state] : subjects) {
    if (state.is_told) change.joined.push_back(subject);
  }
  return change;
}

}  // namespace worker::presence
