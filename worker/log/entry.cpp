#include "log/entry.hpp"

#include <limits>
#include <new>
#include <numeric>
#include <stdexcept>

#include "sse/frame.hpp"

namespace worker::log {
namespace {

using Length = std::uint32_t;

// Bytes of its slot in the EntryIndex, and the allocator's overhead for that and for the entry.
constexpr std::size_t bookkeeping = 40;
constexpr std::size_t bookkeeping_of_id = 96;
// Bytes of a sequence in a topic that retains several; the first one is part of the topic.
constexpr std::size_t sequence_in_topic = 12;

char* append(char* to, std::string_view text) { return text.copy(to, text.size()), to + text.size(); }

std::size_t text_bytes_of(const EntryParts& parts) {
  auto bytes = parts.frame.size() + parts.publisher_id.size() + parts.key.size();
  for (const auto& topic : parts.topics) bytes += sizeof(Length) + topic.size();
  return bytes;
}

std::size_t retained_bytes(std::size_t text_bytes, std::size_t topics, std::size_t publisher_id_bytes) {
  auto bytes = bookkeeping + sizeof(Entry) + text_bytes + topics * sequence_in_topic;
  if (publisher_id_bytes != 0) bytes += bookkeeping_of_id + publisher_id_bytes;
  return bytes;
}

}  // namespace

EntryPtr Entry::make(const EntryParts& parts) {
  const auto text_bytes = text_bytes_of(parts);
  if (text_bytes > std::numeric_limits<Length>::max()) throw std::length_error("an event of 4 GiB");
  void* memory = ::operator new(sizeof(Entry) + text_bytes);
  return EntryPtr(new (memory) Entry(parts, text_bytes));
}

Entry::Entry(const EntryParts& parts, std::size_t text_bytes)
    : text_bytes_(static_cast<Length>(text_bytes)),
      frame_bytes_(static_cast<Length>(parts.frame.size())),
      publisher_id_bytes_(static_cast<Length>(parts.publisher_id.size())),
      key_bytes_(static_cast<Length>(parts.key.size())),
      topics_(static_cast<Length>(parts.topics.size()) & 0x3fff'ffffU),
      closes_(parts.closes),
      private_(parts.is_private),
      sequence_(parts.sequence),
      at_(parts.at),
      dated_ms_(parts.dated_ms) {
  auto* to = append(append(append(texts(), parts.frame), parts.publisher_id), parts.key);
  for (const auto& topic : parts.topics) {
    const auto length = static_cast<Length>(topic.size());
    std::memcpy(to, &length, sizeof length);
    to = append(to + sizeof length, topic);
  }
}

void Entry::destroy(const Entry* entry) noexcept {
  entry->~Entry();
  ::operator delete(const_cast<Entry*>(entry));
}

std::size_t EntryParts::size_bytes() const {
  return retained_bytes(text_bytes_of(*this), topics.size(), publisher_id.size());
}

std::size_t Entry::size_bytes() const { return retained_bytes(text_bytes_, topics_, publisher_id_bytes_); }

EntryPtr make_entry(Draft&& draft, Sequence sequence, const std::string& id, base::Instant at) {
  EntryParts parts{.sequence = sequence,
                   .topics = std::move(draft.topics),
                   .key = std::move(draft.key),
                   .closes = draft.closes,
                   .is_private = draft.is_private,
                   .at = at,
                   .publisher_id = std::exchange(draft.event.id, id)};
  if (draft.silent) {
    sse::append_cursor(parts.frame, id);
  } else {
    sse::append_event(parts.frame, draft.event);
  }
  return Entry::make(parts);
}

}  // namespace worker::log
