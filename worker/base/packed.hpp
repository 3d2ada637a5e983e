// Packed: numbers and texts as bytes for another process of this machine. A reader takes nothing for granted:
// after the first thing that does not fit it has failed, and everything that it returns from then on is zero
// or empty. Values; one thread each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace worker::base {

class PackedWriter {
 public:
  void number(std::uint64_t value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);  // of the same machine: its order
  }
  void text(std::string_view text) {
    number(text.size());
    bytes_.append(text);
  }
  std::size_t size() const { return bytes_.size(); }
  std::string take() { return std::exchange(bytes_, {}); }

 private:
  std::string bytes_;
};

class PackedReader {
 public:
  /// `bytes` outlives the reader, and the texts that it returns.
  explicit PackedReader(std::string_view bytes) : rest_(bytes) {}

  std::uint64_t number() {
    std::uint64_t value = 0;
    if (rest_.size() < sizeof value) return fail();
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_.remove_prefix(sizeof value);
    return value;
  }
  /// A number up to `most`.
  std::uint64_t number(std::uint64_t most) {
    const auto value = number();
    return value <= most ? value : fail();
  }
  bool flag() { return number(1) == 1; }
  /// How many elements follow: not more than there are bytes for, if each takes one number at least.
  std::size_t count() { return static_cast<std::size_t>(number(rest_.size() / sizeof(std::uint64_t))); }
  std::string_view text() {
    const auto size = number();
    if (size > rest_.size()) {
      fail();
      return {};
    }
    const auto text = rest_.substr(0, static_cast<std::size_t>(size));
    rest_.remove_prefix(text.size());
    return text;
  }
  bool failed() const { return failed_; }
  /// All was read, and nothing was wrong.
  bool complete() const { return !failed_ && rest_.empty(); }

 private:
  std::uint64_t fail() {
    failed_ = true;
    rest_ = {};
    return 0;
  }

  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace worker::base
