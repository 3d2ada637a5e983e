// PackBuilder: makes the text of a RedisPack out of events, one after another. A value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "log/entry.hpp"

namespace worker::store {

/// The text of a RedisPack, and what append.lua must know before it reads it.
struct PackText {
  std::string text;
  std::size_t events = 0;
  /// No event has a publisher id, and none closes its topics: nothing is to be looked up for them.
  bool is_plain = true;
};

class PackBuilder {
 public:
  /// Bounds of a pack. An event that is larger has a pack of its own. Redis keeps a pack in one piece of
  /// memory, and rounds its size up: this one, with what Redis adds, just fits.
  static constexpr std::size_t events_max = 1'024;
  static constexpr std::size_t bytes_max = 16'256;

  struct Event {
    std::string_view topics;  // one a line, at least one
    std::string_view id;
    std::string_view key;
    bool closes = false;
    bool is_private = false;
    bool is_data = false;   // `text` is the data of an event that has nothing else
    std::string_view text;  // the frame without the id otherwise
  };

  /// False, and nothing changes, if the pack is full. An empty one takes every event.
  bool add(const Event& event);
  /// `draft` without its id, which is `id`.
  bool add(const log::Draft& draft, std::string_view id);
  bool empty() const { return events_ == 0; }
  /// How long the text is.
  std::size_t size_bytes() const;
  /// Of at least one event. The builder is empty again.
  PackText take();

 private:
  std::string sets_;
  std::uint32_t sets_count_ = 0;
  std::unordered_map<std::string, std::uint32_t> set_of_;  // by topics
  std::string last_topics_;
  std::uint32_t last_set_ = 0;
  std::string bodies_;
  std::size_t events_ = 0;
  bool is_plain_ = true;
  // Used again for each event.
  std::string topics_;
  std::string frame_;
  std::string body_;
};

/// The frame of `draft`, which has no id here.
std::string frame_of(const log::Draft& draft);

}  // namespace worker::store
