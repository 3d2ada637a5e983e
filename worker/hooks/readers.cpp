#include "hooks/readers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace worker::hooks {
namespace {

constexpr std::size_t body_bytes_max = 1'048'576;
// Bytes of an event in the queue beside its text.
constexpr std::size_t event_bytes = 64;

log::Selectors parsed(const std::vector<std::string>& texts) {
  // config/ has checked them.
  return log::Selectors::parse({texts.begin(), texts.end()}, std::string::npos).value();
}

// Something that the pattern `prefix*` matches is among `topics`.
bool overlaps(std::string_view prefix, const log::Selectors& topics) {
  const auto begins = [&](const std::string& each) { return each.starts_with(prefix); };
  return std::ranges::any_of(topics.names(), begins) || std::ranges::any_of(topics.prefixes(), begins);
}

// One of `topics` may match the template. Of patterns the beginnings are compared, which is less than what
// the template says.
bool may_match(const log::Template& each, const log::Selectors& topics) {
  // Nothing is published under a name that looks like a pattern.
  if (each.kind() == log::Template::Kind::literal) return false;
  const auto beginning = each.beginning();
  const auto meets = [&](std::string_view prefix) {
    return prefix.starts_with(beginning) || beginning.starts_with(prefix);
  };
  return std::ranges::any_of(topics.names(), [&](const auto& name) { return each.matches(name); }) ||
         std::ranges::any_of(topics.prefixes(), meets);
}

}  // namespace

Readers::Readers(const Settings& settings, std::string worker, std::string instance, const base::Clock& clock,
                 Metrics& metrics, std::size_t leaving_max)
    : enabled_(!settings.url.empty()),
      topics_(parsed(settings.topics)),
      kinds_(settings.events),
      worker_(std::move(worker)),
      instance_(std::move(instance)),
      clock_(clock),
      metrics_(metrics),
      settings_(settings),
      states_(settings.grace, leaving_max),
      reset_since_(clock.now()) {}

void Readers::update(const Settings& settings) {
  const std::lock_guard lock(mutex_);
  settings_ = settings;
  states_.set_grace(settings.grace);
}

// --- of the loops ---

std::vector<std::string> Readers::covered(const log::Selectors& asked) const {
  std::vector<std::string> texts;
  if (!enabled_) return texts;
  for (const auto& name : asked.names()) {
    if (topics_.matches(name)) texts.push_back(name);
  }
  for (const auto& prefix : asked.prefixes()) {
    const auto pattern = prefix + "*";
    if (topics_.covers(pattern) || overlaps(prefix, topics_)) texts.push_back(pattern);
  }
  for (const auto& each : asked.templates()) {
    if (may_match(each, topics_)) texts.push_back(each.text());
  }
  return texts;
}

std::size_t Readers::bytes(const std::vector<std::string>& topics, std::string_view subject) {
  auto bytes = sizeof(Stay) + subject.size();
  // The name stands in the states, and in the event `closed`.
  for (const auto& topic : topics) bytes += TopicStates::topic_bytes + 2 * topic.size();
  return bytes;
}

std::unique_ptr<Readers::Stay> Readers::enter(const std::vector<std::string>& topics,
                                              std::string_view subject, Kind kind) {
  std::unique_ptr<Stay> stay(new Stay(*this));
  stay->places_.reserve(topics.size());
  const bool is_told = kind == Kind::stream && (kinds_.opened || kinds_.closed);
  std::string members;
  if (is_told) {
    members = stream_members(fmt::format("{}.{}", instance_, ++streams_), topics, subject);
    if (kinds_.closed) stay->closed_ = members;
  }
  const auto opened = is_told && kinds_.opened ? stream_event("opened", members, clock_.wall()) : "";
  const std::lock_guard lock(mutex_);
  if (kinds_.occupied || kinds_.vacated) {
    for (const auto& topic : topics) stay->places_.push_back(states_.enter(topic, clock_));
  }
  if (!opened.empty()) queue_event(opened);
  notify();
  return stay;
}

void Readers::leave(Stay& stay) {
  const auto closed =
      stay.closed_.empty() ? std::string() : stream_event("closed", stay.closed_, clock_.wall());
  const std::lock_guard lock(mutex_);
  bool fits = true;
  for (const auto place : stay.places_) fits = states_.leave(place, clock_) && fits;
  if (!fits) forget_all(ResetReason::overflow);
  if (!closed.empty()) queue_event(closed);
  notify();
}

void Readers::queue_event(std::string event) {
  const auto bytes = event.size() + event_bytes;
  if (bytes > settings_.queue_bytes_max - std::min(events_bytes_, settings_.queue_bytes_max)) {
    ++lost_;
    metrics_.lost.add();
    return;
  }
  events_bytes_ += bytes;
  events_.push_back({clock_.now(), std::move(event)});
}

void Readers::forget_all(ResetReason reason) {
  states_.forget_all();
  reset_ = reason;
  reset_since_ = clock_.now();
}

// --- of the notifier ---

std::optional<base::Instant> Readers::first_due() const {
  std::optional<base::Instant> first = states_.due();
  const auto at = [&](base::Instant when) { first = first ? std::min(*first, when) : when; };
  if (reset_) at(reset_since_);
  if (!events_.empty()) at(events_.front().since);
  return first;
}

std::optional<base::Instant> Readers::batch_due() const {
  const auto first = first_due();
  // With a whole batch there is nothing to wait for.
  if (!first || states_.waiting() + events_.size() >= settings_.batch_max) return first;
  return *first + settings_.batch_wait;
}

std::optional<base::Instant> Readers::due() const {
  const std::lock_guard lock(mutex_);
  return batch_due();
}

// Of those who wait for more, and only where they have waited long enough.
void Readers::notify() {
  if (!waited_for_) return;
  if (const auto due = batch_due(); due && *due < *waited_for_) changed_.notify_one();
}

std::optional<Delivery> Readers::take(bool even_empty) {
  Content content;
  {
    const std::lock_guard lock(mutex_);
    content.reset = std::exchange(reset_, std::nullopt);
    content.changes = states_.take(clock_.now(), settings_.batch_max, body_bytes_max);
    std::size_t bytes = 0;
    while (!events_.empty() && content.changes.size() + content.stream_events.size() < settings_.batch_max &&
           bytes < body_bytes_max) {
      bytes += events_.front().text.size();
      events_bytes_ -= events_.front().text.size() + event_bytes;
      content.stream_events.push_back(std::move(events_.front().text));
      events_.pop_front();
    }
    content.lost = lost_;
  }
  auto delivery = made(std::move(content));
  const bool is_worth_it = delivery.events > 0 || delivery.content.lost > 0 || even_empty;
  if (is_worth_it) return delivery;
  settle(delivery, false);
  return std::nullopt;
}

Delivery Readers::take_stopped() {
  Content content;
  content.stopped = true;
  {
    const std::lock_guard lock(mutex_);
    content.lost = lost_;
    for (auto& event : events_) {
      if (content.stream_events.size() < settings_.batch_max)
        content.stream_events.push_back(std::move(event.text));
      else
        ++content.lost;
    }
    events_.clear();
    events_bytes_ = 0;
  }
  return made(std::move(content));
}

Delivery Readers::made(Content content) {
  auto id = fmt::format("{}-{}", instance_, ++deliveries_);
  auto body = body_of(content, id, worker_, clock_.wall(), kinds_.occupied, kinds_.vacated);
  const auto events = content.events(kinds_.occupied, kinds_.vacated);
  return {std::move(id), std::move(body), std::move(content), events};
}

void Readers::settle(const Delivery& delivery, bool forgot) {
  const std::lock_guard lock(mutex_);
  // Before the changes are settled: then the receiver counts as knowing none of them.
  if (forgot && !delivery.content.reset) forget_all(ResetReason::asked);
  states_.settle(delivery.content.changes, clock_.now());
  lost_ -= delivery.content.lost;
}

void Readers::give_up(const Delivery& delivery) {
  const auto lost = delivery.content.stream_events.size();
  metrics_.lost.add(lost);
  const std::lock_guard lock(mutex_);
  forget_all(ResetReason::given_up);
  states_.settle(delivery.content.changes, clock_.now());
  lost_ += lost;
}

void Readers::wait_for_more(std::optional<base::Instant> until) {
  std::unique_lock lock(mutex_);
  // A moment that never comes.
  waited_for_ = until.value_or(base::Instant::max());
  const auto is_over = [this] {
    const auto due = batch_due();
    return interrupted_ || (due && *due < *waited_for_);
  };
  if (until) {
    changed_.wait_until(lock, *until, is_over);
  } else {
    changed_.wait(lock, is_over);
  }
  waited_for_.reset();
}

void Readers::wait_until(base::Instant until) {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, until, [this] { return interrupted_; });
}

void Readers::interrupt() {
  const std::lock_guard lock(mutex_);
  interrupted_ = true;
  changed_.notify_one();
}

Readers::Totals Readers::totals() const {
  const std::lock_guard lock(mutex_);
  return {states_.occupied(), states_.waiting() + events_.size()};
}

}  // namespace worker::hooks
