// RedisPack: events that a worker appends together, as one text in the field `pack` of one entry of the Redis
// stream. The entry has the sequence of the last of them. append.lua reads the text, too. A value, which owns
// its text; it moves, and its views stay valid.
//
// The text, in version 1. A *number* has seven bits a byte, the low ones first, and the high bit on every
// byte but the last; a *text* is its length, a number, and its bytes.
//
// - the version: 1 byte
// - how many events there are, at least one: 2 bytes, the high one first
// - how many sets of topics there are: a number; then each of them, a text: its topics, one a line
// - each event, a text: its flags, 1 byte; the index of its set of topics, a number; its publisher id, a
// text, if it has one; its key, a text, if it has one; and up to the end, its frame without the id
//
// An event of one line of data and nothing else, as most are, has the data in place of the frame.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace worker::store {

class RedisPack {
 public:
  static constexpr std::uint8_t version = 1;
  enum Flag : std::uint8_t { is_data = 1, has_id = 2, has_key = 4, closes = 8, is_private = 16 };

  struct Event {
    std::uint8_t flags = 0;
    std::uint32_t first_topic = 0;
    std::uint32_t topics = 0;
    std::string_view id;
    std::string_view key;
    std::string_view text;

    bool has(Flag flag) const { return (flags & flag) != 0; }
    /// What subscribers get, without the id.
    void append_frame(std::string& out) const;
  };

  /// An empty one.
  RedisPack() = default;
  /// None if it is malformed, or of a later version.
  static std::optional<RedisPack> read(std::string_view text);
  /// A later worker wrote it.
  static bool is_later(std::string_view text) {
    return !text.empty() && static_cast<std::uint8_t>(text.front()) > version;
  }

  /// At least one, unless it is the empty one.
  const std::vector<Event>& events() const { return events_; }
  /// At least one.
  std::span<const std::string_view> topics_of(const Event& event) const {
    return std::span(topics_).subspan(event.first_topic, event.topics);
  }
  std::size_t size_bytes() const { return bytes_; }

 private:
  std::unique_ptr<char[]> text_;
  std::size_t bytes_ = 0;
  std::vector<std::string_view> topics_;  // of all sets
  std::vector<Event> events_;
};

}  // namespace worker::store
