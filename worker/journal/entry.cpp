#include "journal/entry.hpp"

#include <utility>

#include "sse/frame.hpp"

namespace worker::journal {

EntryPtr make_entry(Draft&& draft, Sequence sequence, const std::string& id, base::Instant at) {
  auto entry = std::make_shared<Entry>();
  entry->sequence = sequence;
  entry->alias = std::exchange(draft.event.id, id);
  if (draft.silent) {
    sse::append_cursor(entry->frame, id);
  } else {
    sse::append_event(entry->frame, draft.event);
  }
  if (entry->frame.capacity() > entry->frame.size() + entry->frame.size() / 8 + 48)
    entry->frame.shrink_to_fit();
  entry->topics = std::move(draft.topics);
  entry->key = std::move(draft.key);
  entry->closes = draft.closes;
  entry->at = at;
  return entry;
}

std::size_t Entry::size_bytes() const {
  // The entry with its control block, its slot among the places, and what an allocator adds to that and to
  // the texts.
  constexpr std::size_t bookkeeping = 248;
  constexpr std::size_t bookkeeping_of_alias = 96;
  constexpr std::size_t place_in_topic = 20;
  std::size_t size = bookkeeping + frame.size() + key.size();
  if (!alias.empty()) size += bookkeeping_of_alias + 2 * alias.size();
  for (const auto& topic : topics) size += topic.size() + sizeof(std::string) + place_in_topic;
  return size;
}

}  // namespace worker::journal
