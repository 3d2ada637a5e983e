#include "log/topic_table.hpp"

#include <new>

namespace worker::log {

Topic::Topic(std::string_view name) : name_bytes(static_cast<std::uint32_t>(name.size())) {
  name.copy(reinterpret_cast<char*>(this + 1), name.size());
}

Topic* TopicTable::find(std::string_view name) {
  const auto found = topics_.find(name);
  return found == topics_.end() ? nullptr : &*found;
}

const Topic* TopicTable::find(std::string_view name) const {
  const auto found = topics_.find(name);
  return found == topics_.end() ? nullptr : &*found;
}

std::pair<Topic&, bool> TopicTable::obtain(std::string_view name) {
  Set::insert_commit_data place;
  const auto [found, missing] = topics_.insert_check(name, place);
  if (!missing) return {*found, false};
  void* memory = ::operator new(sizeof(Topic) + name.size());
  auto& topic = *new (memory) Topic(name);
  topics_.insert_commit(topic, place);
  return {topic, true};
}

void TopicTable::erase(Topic& topic) {
  topics_.erase(topics_.iterator_to(topic));
  destroy(&topic);
}

void TopicTable::clear() { topics_.clear_and_dispose(&TopicTable::destroy); }

void TopicTable::destroy(Topic* topic) {
  topic->~Topic();
  ::operator delete(topic);
}

}  // namespace worker::log
