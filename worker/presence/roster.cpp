#include "presence/roster.hpp"

#include <algorithm>

namespace worker::presence {
namespace {

// Of one call of changes(): each takes about a microsecond under the lock.
constexpr std::size_t graces_per_call = 10'000;

log::Selectors selectors_of(const std::vector<std::string>& texts) {
  // config/ has checked them.
  return log::Selectors::parse({texts.begin(), texts.end()}, std::string::npos).value();
}

}  // namespace

Roster::Roster(const Settings& settings, const base::Clock& clock, std::size_t leaving_max)
    : topics_covered_(selectors_of(settings.topics)),
      clock_(clock),
      leaving_max_(leaving_max),
      grace_(settings.grace),
      names_max_(settings.names_max) {}

Roster::~Roster() = default;

void Roster::update(const Settings& settings) {
  const std::lock_guard lock(mutex_);
  grace_ = settings.grace;
  names_max_ = settings.names_max;
}

// --- visits ---

const std::string& Roster::Visit::topic() const { return topic_->first; }

Roster::Visit Roster::enter(std::string_view name, std::string_view subject_name) {
  const std::lock_guard lock(mutex_);
  const auto now = clock_.now();
  auto place = topics_.find(name);
  if (place == topics_.end()) place = topics_.try_emplace(std::string(name)).first;
  auto& topic = place->second;
  const auto before = topic.count();
  NamedSubject* subject = nullptr;
  if (subject_name.empty()) {
    ++topic.anonymous;
    if (!topic.anonymous_leaving.empty()) {
      leaving_.erase(topic.anonymous_leaving.front());
      topic.anonymous_leaving.pop_front();
    }
  } else {
    auto found = topic.subjects.find(subject_name);
    if (found == topic.subjects.end()) found = topic.subjects.try_emplace(std::string(subject_name)).first;
    subject = &*found;
    auto& state = found->second;
    if (!state.is_present()) ++topic.present;
    ++state.streams;
    if (state.leaving) {
      leaving_.erase(*state.leaving);
      state.leaving.reset();
    }
    changed(*place, *found);
  }
  readers_ += topic.count() - before;
  queue(*place, now);
  return {*this, *place, subject};
}

void Roster::leave(const Visit& visit) {
  const std::lock_guard lock(mutex_);
  auto& topic = visit.topic_->second;
  if (visit.subject_ == nullptr) {
    --topic.anonymous;
    return begin_grace(*visit.topic_, nullptr);
  }
  auto& subject = visit.subject_->second;
  if (--subject.streams == 0) begin_grace(*visit.topic_, visit.subject_);
}

void Roster::begin_grace(NamedTopic& topic, NamedSubject* subject) {
  const auto now = clock_.now();
  leaving_.push_back({&topic, subject, now + grace_});
  const auto place = std::prev(leaving_.end());
  if (subject == nullptr) {
    topic.second.anonymous_leaving.push_back(place);
  } else {
    subject->second.leaving = place;
  }
  if (leaving_.size() > leaving_max_) end_first_grace();
}

void Roster::end_first_grace() {
  const auto [topic, subject, ends] = leaving_.front();
  leaving_.pop_front();
  --readers_;
  if (subject == nullptr) {
    topic->second.anonymous_leaving.pop_front();
  } else {
    subject->second.leaving.reset();
    --topic->second.present;
    changed(*topic, *subject);
  }
  const auto now = clock_.now();
  queue(*topic, now);
  discard_if_over(*topic, now);
}

void Roster::end_graces(base::Instant now) {
  for (std::size_t left = graces_per_call; left > 0 && !leaving_.empty(); --left) {
    if (leaving_.front().ends > now) return;
    end_first_grace();
  }
}

// --- what the readers know ---

// The subject came, or left. It may be gone when this returns.
void Roster::changed(NamedTopic& place, NamedSubject& subject) {
  auto& topic = place.second;
  const auto& [name, state] = subject;
  if (topic.named && state.is_present() != state.is_told) {
    topic.untold.insert(name);
  } else {
    topic.untold.erase(name);
  }
  if (!state.is_present() && !state.is_told) topic.subjects.erase(name);
  if (topic.named && (topic.present > names_max_ || topic.untold.size() > names_max_)) forget_names(topic);
}

void Roster::forget_names(Topic& topic) {
  topic.named = false;
  topic.untold.clear();
  for (auto& [name, subject] : topic.subjects) subject.is_told = false;
  std::erase_if(topic.subjects, [](const auto& each) { return !each.second.is_present(); });
}

// Fewer than those for which the names were dropped: around the bound they would come and go.
bool Roster::may_name(const Topic& topic) const {
  return topic.present > 0 && topic.present <= names_max_ - names_max_ / 4;
}

bool Roster::has_news(const Topic& topic) const {
  if (topic.count() != topic.count_told) return true;
  return topic.named ? !topic.untold.empty() : topic.named_told || may_name(topic);
}

void Roster::queue(NamedTopic& place, base::Instant due) {
  auto& topic = place.second;
  if (topic.queued) return;
  if (topic.told_at != base::Instant::min()) due = std::max(due, topic.told_at + interval);
  topic.queued = due;
  queue_.emplace(due, &place);
}

// A topic is kept as long as it must not be told of again.
void Roster::discard_if_over(NamedTopic& place, base::Instant now) {
  auto& topic = place.second;
  const bool reset_to_tell = topic.named_told && !topic.named;
  if (!topic.subjects.empty() || topic.count() != 0 || topic.count_told != 0 || reset_to_tell) return;
  if (topic.told_at != base::Instant::min() && topic.told_at + interval > now) return;
  if (topic.queued) queue_.erase(std::pair(*topic.queued, &place));
  topics_.erase(topics_.find(place.first));
}

std::vector<Change> Roster::changes(std::size_t events_max) {
  const std::lock_guard lock(mutex_);
  const auto now = clock_.now();
  end_graces(now);
  std::vector<Change> changes;
  for (std::size_t events = 0; events < events_max && !queue_.empty();) {
    const auto [due, place] = *queue_.begin();
    if (due > now) break;
    auto& topic = place->second;
    queue_.erase(queue_.begin());
    topic.queued.reset();
    if (!has_news(topic)) {
      discard_if_over(*place, now);
      continue;
    }
    changes.push_back(change_of(*place));
    events += 1 + changes.back().joined.size() + changes.back().left.size();
    topic.told_at = now;
    queue(*place, now);
  }
  return changes;
}

Change Roster::change_of(const NamedTopic& place) const {
  const auto& [name, topic] = place;
  Change change{.topic = name, .count = topic.count(), .reset = !topic.named};
  if (topic.named) {
    change.named = true;
    for (const auto each : topic.untold) {
      const auto& [subject, state] = *topic.subjects.find(each);
      (state.is_present() ? change.joined : change.left).push_back(subject);
    }
  } else if (may_name(topic)) {
    change.named = true;
    for (const auto& [subject, state] : topic.subjects) change.joined.push_back(subject);
  }
  return change;
}

void Roster::told(const std::vector<Change>& changes) {
  const std::lock_guard lock(mutex_);
  for (const auto& change : changes) {
    auto place = topics_.find(change.topic);
    if (place == topics_.end()) place = topics_.try_emplace(change.topic).first;
    told(*place, change);
  }
}

void Roster::told(NamedTopic& place, const Change& change) {
  auto& topic = place.second;
  topic.count_told = change.count;
  topic.named_told = change.named;
  queue(place, clock_.now());
  // The names were dropped meanwhile, or there are too many by now: then the next change says so.
  if (!change.named || (!topic.named && (!change.reset || topic.present > names_max_))) return;
  topic.named = true;
  for (const auto& name : change.joined) topic.subjects[name].is_told = true;
  for (const auto& name : change.left) {
    if (const auto found = topic.subjects.find(name); found != topic.subjects.end())
      found->second.is_told = false;
  }
  const auto refresh = [&](const std::string& name) {
    const auto found = topic.subjects.find(name);
    if (found != topic.subjects.end() && topic.named) changed(place, *found);
  };
  if (change.reset) {
    std::vector<std::string> names;
    for (const auto& [name, state] : topic.subjects) names.push_back(name);
    std::ranges::for_each(names, refresh);
  } else {
    std::ranges::for_each(change.joined, refresh);
    std::ranges::for_each(change.left, refresh);
  }
}

// --- what is asked for ---

Present Roster::present(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto place = topics_.find(name);
  if (place == topics_.end()) return {.subjects = std::vector<std::string>()};
  const auto& topic = place->second;
  Present present{.count = topic.count()};
  if (topic.present > names_max_) return present;
  present.subjects.emplace();
  for (const auto& [subject, state] : topic.subjects) {
    if (state.is_present()) present.subjects->push_back(subject);
  }
  return present;
}

Roster::Totals Roster::totals() const {
  const std::lock_guard lock(mutex_);
  return {topics_.size(), readers_};
}

}  // namespace worker::presence
