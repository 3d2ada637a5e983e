#include "log/topic_index.hpp"

#include <new>

namespace worker::log {

Topic::Topic(std::string_view name) : name_bytes(static_cast<std::uint32_t>(name.size())) {
  name.copy(reinterpret_cast<char*>(this + 1), name.size());
}

Topic* TopicIndex::find(std::string_view name) {
  const auto found = topics_.find(name);
  return found == topics_.end() ? nullptr : &*found;
}

const Topic* TopicIndex::find(std::string_view name) const {
  const auto found = topics_.find(name);
  return found == topics_.end() ? nullptr : &*found;
}

bool TopicIndex::is_closed(std::string_view name) const {
  const auto* topic = find(name);
  return topic != nullptr && topic->closed_at != 0;
}

std::pair<Topic&, bool> TopicIndex::find_or_add(std::string_view name) {
  Set::insert_commit_data position;
  const auto [found, missing] = topics_.insert_check(name, position);
  if (!missing) return {*found, false};
  void* memory = ::operator new(sizeof(Topic) + name.size());
  auto& topic = *new (memory) Topic(name);
  topics_.insert_commit(topic, position);
  return {topic, true};
}

void TopicIndex::erase(Topic& topic) {
  topics_.erase(topics_.iterator_to(topic));
  destroy(&topic);
}

void TopicIndex::clear() { topics_.clear_and_dispose(&TopicIndex::destroy); }

void TopicIndex::destroy(Topic* topic) {
  topic->~Topic();
  ::operator delete(topic);
}

}  // namespace worker::log
