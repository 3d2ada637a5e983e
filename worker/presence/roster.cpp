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

Roster::Roster(const Settings& settings, const base::Clock& clock, std::size_t leaving_max,
               std::chrono::milliseconds interval)
    : topics_covered_(selectors_of(settings.topics)),
      clock_(clock),
      leaving_max_(leaving_max),
      interval_(interval),
      grace_(settings.grace),
      names_max_(settings.names_max) {}

Roster::~Roster() = default;

void Roster::update(const Settings& settings) {
  if (own_ != nullptr) own_->update(settings);
  const std::lock_guard lock(mutex_);
  grace_ = settings.grace;
  names_max_ = settings.names_max;
}

// --- visits ---

const std::string& Roster::Visit::topic() const { return topic_->first; }

NamedTopic& Roster::find_or_add(std::string_view name) {
  const auto place = topics_.find(name);
  return place != topics_.end() ? *place : *topics_.try_emplace(std::string(name)).first;
}

NamedSubject& Roster::enter(NamedTopic& topic, std::string_view subject) {
  auto& subjects = topic.second.subjects;
  auto found = subjects.find(subject);
  if (found == subjects.end()) found = subjects.try_emplace(std::string(subject)).first;
  auto& state = found->second;
  if (!state.is_present()) {
    ++topic.second.present;
    ++readers_;
  }
  ++state.streams;
  if (state.leaving) {
    leaving_.erase(*state.leaving);
    state.leaving.reset();
  }
  topic.second.changed(*found);
  queue(topic, clock_.now());
  return *found;
}

Roster::Visit Roster::enter(std::string_view name, std::string_view subject_name) {
  std::unique_ptr<Visit> own;
  if (own_ != nullptr) own = std::make_unique<Visit>(own_->enter(name, subject_name));
  const std::lock_guard lock(mutex_);
  auto& place = find_or_add(name);
  auto& topic = place.second;
  NamedSubject* subject = nullptr;
  if (!subject_name.empty()) {
    subject = &enter(place, subject_name);
  } else {
    ++topic.anonymous;
    if (topic.anonymous_leaving.empty()) {
      ++readers_;
    } else {
      leaving_.erase(topic.anonymous_leaving.front());
      topic.anonymous_leaving.pop_front();
    }
    queue(place, clock_.now());
  }
  Visit visit(*this, place, subject);
  visit.own_ = std::move(own);
  return visit;
}

void Roster::leave(const Visit& visit) {
  const std::lock_guard lock(mutex_);
  auto& topic = visit.topic_->second;
  if (visit.subject_ == nullptr) {
    --topic.anonymous;
    return begin_grace(*visit.topic_, nullptr, visit.own_ != nullptr);
  }
  if (--visit.subject_->second.streams > 0) return;
  if (visit.elsewhere_) return end(*visit.topic_, *visit.subject_);
  begin_grace(*visit.topic_, visit.subject_, visit.own_ != nullptr);
}

// The subject has left. It, and the topic, may be gone when this returns.
void Roster::end(NamedTopic& topic, NamedSubject& subject) {
  const auto now = clock_.now();
  --readers_;
  --topic.second.present;
  topic.second.changed(subject);
  queue(topic, now);
  discard_if_over(topic, now);
}

void Roster::begin_grace(NamedTopic& topic, NamedSubject* subject, bool is_own) {
  const auto now = clock_.now();
  leaving_.push_back({&topic, subject, now + grace_, is_own});
  const auto place = std::prev(leaving_.end());
  if (subject == nullptr) {
    topic.second.anonymous_leaving.push_back(place);
  } else {
    subject->second.leaving = place;
  }
  if (leaving_.size() > leaving_max_) end_first_grace();
}

void Roster::end_first_grace() {
  auto* const topic = leaving_.front().topic;
  auto* const subject = leaving_.front().subject;
  leaving_.pop_front();
  if (subject != nullptr) {
    subject->second.leaving.reset();
    return end(*topic, *subject);
  }
  --readers_;
  topic->second.anonymous_leaving.pop_front();
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

// --- the other workers ---

Roster::Visit Roster::enter_elsewhere(std::string_view name, std::string_view subject) {
  const std::lock_guard lock(mutex_);
  auto& topic = find_or_add(name);
  return {*this, topic, &enter(topic, subject), true};
}

void Roster::count_elsewhere(std::string_view name, std::ptrdiff_t readers, int unnamed_parts) {
  std::size_t own = 0;
  {
    const std::lock_guard lock(mutex_);
    auto& place = find_or_add(name);
    auto& topic = place.second;
    // Both wrap around: what is taken off has been added before.
    topic.elsewhere += static_cast<std::size_t>(readers);
    topic.unnamed_parts += static_cast<std::size_t>(unnamed_parts);
    readers_ += static_cast<std::size_t>(readers);
    if (readers > 0) own = move_away(name, static_cast<std::size_t>(readers));
    const auto now = clock_.now();
    queue(place, now);
    discard_if_over(place, now);
  }
  if (own == 0) return;
  const std::lock_guard lock(own_->mutex_);
  own_->move_away(name, own);
}

// Returns how many of the streams are own ones.
std::size_t Roster::move_away(std::string_view name, std::size_t streams) {
  const auto place = topics_.find(name);
  if (place == topics_.end()) return 0;
  auto& leaving = place->second.anonymous_leaving;
  std::size_t own = 0;
  for (; streams > 0 && !leaving.empty(); --streams) {
    if (leaving.front()->is_own) ++own;
    leaving_.erase(leaving.front());
    leaving.pop_front();
    --readers_;
  }
  const auto now = clock_.now();
  queue(*place, now);
  discard_if_over(*place, now);
  return own;
}

void Roster::begin_graces(std::string_view name, std::size_t readers) {
  const std::lock_guard lock(mutex_);
  for (readers = std::min(readers, leaving_max_); readers > 0; --readers) {
    ++readers_;
    begin_grace(find_or_add(name), nullptr, false);
  }
}

void Roster::forget_told() {
  const std::lock_guard lock(mutex_);
  for (auto place = topics_.begin(); place != topics_.end();) {
    auto& each = *place++;  // it may be discarded
    auto& topic = each.second;
    topic.void_names();
    topic.named_told = false;
    topic.count_told = 0;
    const auto now = clock_.now();
    queue(each, now);
    discard_if_over(each, now);
  }
}

std::vector<Change> Roster::all_told(std::string& after, std::size_t events_max) const {
  const std::lock_guard lock(mutex_);
  std::vector<Change> changes;
  std::size_t events = 0;
  for (auto place = topics_.upper_bound(after); place != topics_.end(); ++place) {
    auto change = place->second.all_told(place->first);
    if (!change) continue;
    if (events >= events_max) {
      after = changes.back().topic;
      return changes;
    }
    events += 1 + change->joined.size();
    changes.push_back(std::move(*change));
  }
  after.clear();
  return changes;
}

// --- what the readers know ---

void Roster::queue(NamedTopic& place, base::Instant due) {
  auto& topic = place.second;
  if (topic.queued) return;
  if (topic.told_at != base::Instant::min()) due = std::max(due, topic.told_at + interval_);
  topic.queued = due;
  queue_.emplace(due, &place);
}

// A topic is kept as long as it must not be told of again.
void Roster::discard_if_over(NamedTopic& place, base::Instant now) {
  auto& topic = place.second;
  if (!topic.is_over()) return;
  if (topic.told_at != base::Instant::min() && topic.told_at + interval_ > now) return;
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
    if (!topic.has_news(names_max_)) {
      discard_if_over(*place, now);
      continue;
    }
    changes.push_back(topic.change(place->first, names_max_));
    events += 1 + changes.back().joined.size() + changes.back().left.size();
    topic.told_at = now;
    queue(*place, now);
  }
  return changes;
}

void Roster::told(const std::vector<Change>& changes) {
  const std::lock_guard lock(mutex_);
  for (const auto& change : changes) {
    auto& topic = find_or_add(change.topic);
    topic.second.told(change);
    queue(topic, clock_.now());
    discard_if_over(topic, clock_.now());
  }
}

void Roster::tell_anew(std::string_view name) {
  const std::lock_guard lock(mutex_);
  auto& place = find_or_add(name);
  place.second.void_names();
  place.second.named_told = true;
  queue(place, clock_.now());
}

// --- what is asked for ---

Present Roster::present(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto place = topics_.find(name);
  if (place == topics_.end()) return {.subjects = std::vector<std::string>()};
  const auto& topic = place->second;
  Present present{.count = topic.count()};
  if (topic.present > names_max_ || topic.unnamed_parts > 0) return present;
  present.subjects = topic.present_names();
  return present;
}

void Roster::request_anew(const Visit& visit) {
  const std::lock_guard lock(mutex_);
  visit.topic_->second.anew = true;
  queue(*visit.topic_, clock_.now());
}

// The reader itself stays as long as somebody looks at its list, so naming it cannot be wrong for long.
Present Roster::shown(const Visit& visit) const {
  if (!is_known_) return present(visit.topic());
  if (!is_known_()) {
    if (visit.own_) own_->request_anew(*visit.own_);
    return present(visit.topic());
  }
  const std::lock_guard lock(mutex_);
  const auto& topic = visit.topic_->second;
  Present shown{.count = std::max<std::size_t>(topic.count_told, 1)};
  if (!topic.named) return shown;
  shown.subjects.emplace();
  for (const auto& each : topic.subjects) {
    if (each.second.is_told || &each == visit.subject_) shown.subjects->push_back(each.first);
  }
  return shown;
}

Roster::Totals Roster::totals() const {
  const std::lock_guard lock(mutex_);
  return {topics_.size(), readers_};
}

}  // namespace worker::presence
