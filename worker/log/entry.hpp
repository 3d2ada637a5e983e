// Draft: an event that has no sequence yet. Entry: an event in the log. Values.
#pragma once

#include <algorithm>
#include <atomic>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "sse/event.hpp"

namespace worker::log {

/// The position of an event in the one order of the log. The first event is 1; 0 is before everything.
using Sequence = std::uint64_t;

/// How many evictions there have been: a clock that tells which of them a reader knows of. A sequence could
/// not: another topic may evict an earlier event later.
using EvictionCount = std::uint64_t;

/// What a topic has evicted.
struct EvictionMark {
  Sequence through = 0;  // the last sequence
  EvictionCount at = 0;  // the number of that eviction
};

struct Draft {
  /// At least one name, each checked (log/topic.hpp).
  std::vector<std::string> topics;
  /// Its id is the publisher's; empty if the publisher gave none.
  sse::Event event;
  /// Without data: it moves the cursor of readers, and fires nothing in a browser.
  bool silent = false;
  /// Says which value this is the latest of; empty for none. Only topics that conflate look at it.
  std::string key;
  /// The last event of its topics.
  bool closes = false;
  /// For subscribers who may read private events of one of its topics; see log::Subscription.
  bool is_private = false;
};

class Entry;
/// Shared between the log and the loops; the last owner frees the entry. Usable from every thread.
using EntryPtr = boost::intrusive_ptr<const Entry>;

/// The parts that an entry is made of.
struct EntryParts {
  Sequence sequence = 0;
  std::vector<std::string> topics;
  std::string key;
  bool closes = false;
  bool is_private = false;
  base::Instant at;
  std::int64_t dated_ms = 0;
  std::string publisher_id;
  std::string frame;

  /// About how many bytes the entry takes in the log.
  std::size_t size_bytes() const;
};

/// An event in the log. Never changes. Its texts follow it in the same allocation: there may be millions.
class Entry {
 public:
  /// The names of the topics, one after the other, each after its length.
  class Topics {
   public:
    class Iterator {
     public:
      using value_type = std::string_view;
      using difference_type = std::ptrdiff_t;

      Iterator() = default;
      explicit Iterator(const char* at) : at_(at) {}
      std::string_view operator*() const { return {at_ + sizeof(Length), length()}; }
      Iterator& operator++() {
        at_ += sizeof(Length) + length();
        return *this;
      }
      Iterator operator++(int) { return std::exchange(*this, ++Iterator(*this)); }
      bool operator==(const Iterator&) const = default;

     private:
      friend class Entry;
      using Length = std::uint32_t;
      Length length() const {
        Length length = 0;
        std::memcpy(&length, at_, sizeof length);
        return length;
      }

      const char* at_ = nullptr;
    };
    using const_iterator = Iterator;

    Topics(Iterator begin, Iterator end, std::size_t size) : begin_(begin), end_(end), size_(size) {}
    Iterator begin() const { return begin_; }
    Iterator end() const { return end_; }
    std::size_t size() const { return size_; }
    std::string_view front() const { return *begin_; }
    /// The same names in the same order.
    bool operator==(const Topics& other) const { return std::equal(begin_, end_, other.begin_, other.end_); }

   private:
    Iterator begin_, end_;
    std::size_t size_;
  };

  /// Throws std::length_error where the parts take 4 GiB or more.
  static EntryPtr make(const EntryParts& parts);

  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;

  Sequence sequence() const { return sequence_; }
  base::Instant at() const { return at_; }
  /// For an entry that was restored from a store: Unix time in milliseconds, by the clock that the store has
  /// dated it with. at() is then no earlier than the time of its publication. 0 for all others.
  std::int64_t dated_ms() const { return dated_ms_; }
  bool closes() const { return closes_; }
  bool is_private() const { return private_; }
  /// The event as bytes of text/event-stream, encoded once for all readers.
  std::string_view frame() const { return {texts(), frame_bytes_}; }
  /// Empty if the event has a generated id.
  std::string_view publisher_id() const { return {texts() + frame_bytes_, publisher_id_bytes_}; }
  std::string_view key() const { return {texts() + frame_bytes_ + publisher_id_bytes_, key_bytes_}; }
  /// At least one.
  Topics topics() const {
    return {Topics::Iterator(texts() + frame_bytes_ + publisher_id_bytes_ + key_bytes_),
            Topics::Iterator(texts() + text_bytes_), topics_};
  }

  /// About how many bytes the entry takes in the log.
  std::size_t size_bytes() const;

 private:
  explicit Entry(const EntryParts& parts, std::size_t text_bytes);
  ~Entry() = default;
  char* texts() { return reinterpret_cast<char*>(this + 1); }
  const char* texts() const { return reinterpret_cast<const char*>(this + 1); }

  friend void intrusive_ptr_add_ref(const Entry* entry) noexcept {
    entry->owners_.fetch_add(1, std::memory_order_relaxed);
  }
  friend void intrusive_ptr_release(const Entry* entry) noexcept {
    if (entry->owners_.fetch_sub(1, std::memory_order_acq_rel) == 1) destroy(entry);
  }
  static void destroy(const Entry* entry) noexcept;

  mutable std::atomic<std::uint32_t> owners_ = 0;
  const std::uint32_t text_bytes_, frame_bytes_, publisher_id_bytes_, key_bytes_;
  const std::uint32_t topics_ : 30;
  const std::uint32_t closes_ : 1;
  const std::uint32_t private_ : 1;
  const Sequence sequence_;
  const base::Instant at_;
  const std::int64_t dated_ms_;
};

}  // namespace worker::log

/// An iterator may outlive the range.
template <>
inline constexpr bool std::ranges::enable_borrowed_range<worker::log::Entry::Topics> = true;

namespace worker::log {

/// Encodes the draft as an entry. `id` is the publisher's id, or the generated one.
EntryPtr make_entry(Draft&& draft, Sequence sequence, const std::string& id, base::Instant at);

}  // namespace worker::log
