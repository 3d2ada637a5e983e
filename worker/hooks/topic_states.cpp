#include "hooks/topic_states.hpp"

#include <algorithm>

namespace worker::hooks {

TopicStates::Place TopicStates::enter(std::string_view topic, const base::Clock& clock) {
  auto found = topics_.find(topic);
  if (found == topics_.end()) {
    found = topics_.try_emplace(std::string(topic)).first;
    ++leaving_;
  }
  auto& state = found->second;
  if (state.readers++ == 0) {
    --leaving_;
    state.at = clock.wall();
    update_queue(*found, clock.now());
  }
  return &*found;
}

bool TopicStates::leave(Place place, const base::Clock& clock) {
  auto& state = place->second;
  if (--state.readers > 0) return true;
  ++leaving_;
  state.at = clock.wall();
  update_queue(*place, clock.now());
  discard_if_over(*place);
  return leaving_ <= leaving_max_ || walk_from_;
}

void TopicStates::forget_all() {
  ++generation_;
  walk_from_ = std::string();
}

// Queues the topic where its state differs from what the receiver knows, or will know.
void TopicStates::update_queue(NamedState& place, base::Instant now) {
  auto& state = place.second;
  const bool occupied = state.readers > 0;
  const bool known = state.taken.value_or(is_known_occupied(state));
  if (occupied == known) return unqueue(place);
  if (state.queued) return;
  state.queued.emplace(occupied ? now : now + grace_, ++queued_);
  queue_.emplace(*state.queued, &place);
}

void TopicStates::unqueue(NamedState& place) {
  if (!place.second.queued) return;
  queue_.erase(*place.second.queued);
  place.second.queued.reset();
}

void TopicStates::discard_if_over(NamedState& place) {
  const auto& state = place.second;
  if (state.readers > 0 || state.taken || state.queued || is_known_occupied(state)) return;
  --leaving_;
  topics_.erase(topics_.find(place.first));
}

// Looks at the next `count_max` topics after forget_all().
void TopicStates::walk(base::Instant now, std::size_t count_max) {
  if (!walk_from_) return;
  auto next = topics_.lower_bound(*walk_from_);
  for (; count_max > 0 && next != topics_.end(); --count_max) {
    auto& place = *next++;
    update_queue(place, now);
    discard_if_over(place);
  }
  if (next == topics_.end()) {
    walk_from_.reset();
  } else {
    walk_from_ = next->first;
  }
}

std::optional<base::Instant> TopicStates::due() const {
  if (walk_from_) return base::Instant::min();
  if (queue_.empty()) return std::nullopt;
  return queue_.begin()->first.first;
}

std::vector<TopicStates::Change> TopicStates::take(base::Instant now, std::size_t count_max,
                                                   std::size_t bytes_max) {
  walk(now, count_max);
  std::vector<Change> changes;
  std::size_t bytes = 0;
  while (changes.size() < count_max && bytes < bytes_max && !queue_.empty()) {
    const auto [turn, place] = *queue_.begin();
    if (turn.first > now) break;
    unqueue(*place);
    auto& state = place->second;
    const bool occupied = state.readers > 0;
    if (occupied == is_known_occupied(state)) {
      discard_if_over(*place);
      continue;
    }
    state.taken = occupied;
    bytes += place->first.size();
    changes.push_back({place, occupied, state.at, generation_});
  }
  return changes;
}

void TopicStates::settle(const std::vector<Change>& changes, base::Instant now) {
  for (const auto& [place, occupied, at, generation] : changes) {
    auto& state = place->second;
    state.taken.reset();
    state.known_occupied = occupied;
    state.generation = generation;
    update_queue(*place, now);
    discard_if_over(*place);
  }
}

}  // namespace worker::hooks
