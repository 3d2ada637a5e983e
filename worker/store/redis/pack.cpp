#include "store/redis/pack.hpp"

#include <utility>

namespace worker::store {
namespace {

// Reads a text from its beginning. What does not fit into it is false.
class TextReader {
 public:
  explicit TextReader(std::string_view text) : left_(text) {}

  bool empty() const { return left_.empty(); }
  std::string_view rest() const { return left_; }

  bool byte(std::uint8_t& value) {
    if (left_.empty()) return false;
    value = static_cast<std::uint8_t>(left_.front());
    left_.remove_prefix(1);
    return true;
  }

  bool number(std::uint32_t& value) {
    constexpr int bits_max = 28;
    value = 0;
    std::uint8_t next = 0;
    for (int bits = 0; bits <= bits_max; bits += 7) {
      if (!byte(next)) return false;
      value |= static_cast<std::uint32_t>(next & 0x7fU) << bits;
      if (next < 0x80U) return true;
    }
    return false;
  }

  bool text(std::string_view& value) {
    std::uint32_t size = 0;
    if (!number(size) || size > left_.size()) return false;
    value = left_.substr(0, size);
    left_.remove_prefix(size);
    return true;
  }

 private:
  std::string_view left_;
};

struct Topics {
  std::uint32_t first, count;
};

}  // namespace

void RedisPack::Event::append_frame(std::string& out) const {
  if (has(is_data)) {
    out.append("data: ").append(text).push_back('\n');
  } else {
    out.append(text);
  }
}

std::optional<RedisPack> RedisPack::read(std::string_view text) {
  RedisPack pack;
  pack.text_ = std::make_unique<char[]>(text.size());
  pack.bytes_ = text.copy(pack.text_.get(), text.size());
  TextReader reader({pack.text_.get(), pack.bytes_});

  std::uint8_t found = 0;
  std::uint8_t high = 0;
  std::uint8_t low = 0;
  std::uint32_t sets = 0;
  if (!reader.byte(found) || found != version || !reader.byte(high) || !reader.byte(low) ||
      !reader.number(sets) || sets > text.size()) {
    return std::nullopt;
  }
  std::vector<Topics> set_topics;
  set_topics.reserve(sets);
  for (std::uint32_t i = 0; i < sets; ++i) {
    std::string_view lines;
    if (!reader.text(lines) || lines.empty()) return std::nullopt;
    const auto first = static_cast<std::uint32_t>(pack.topics_.size());
    while (true) {
      const auto end = lines.find('\n');
      pack.topics_.push_back(lines.substr(0, end));
      if (pack.topics_.back().empty()) return std::nullopt;
      if (end == std::string_view::npos) break;
      lines.remove_prefix(end + 1);
    }
    set_topics.push_back({first, static_cast<std::uint32_t>(pack.topics_.size()) - first});
  }

  const auto count = static_cast<std::size_t>(high) << 8U | low;
  if (count == 0 || count > text.size()) return std::nullopt;
  pack.events_.resize(count);
  for (auto& event : pack.events_) {
    std::string_view body;
    std::uint32_t set = 0;
    if (!reader.text(body)) return std::nullopt;
    TextReader fields(body);
    if (!fields.byte(event.flags) || !fields.number(set) || set >= sets) return std::nullopt;
    if (event.has(has_id) && !fields.text(event.id)) return std::nullopt;
    if (event.has(has_key) && !fields.text(event.key)) return std::nullopt;
    event.first_topic = set_topics[set].first;
    event.topics = set_topics[set].count;
    event.text = fields.rest();
  }
  return reader.empty() ? std::optional(std::move(pack)) : std::nullopt;
}

}  // namespace worker::store
