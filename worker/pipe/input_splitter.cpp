#include "pipe/input_splitter.hpp"

#include <algorithm>
#include <utility>

#include "base/utf8.hpp"

namespace worker::pipe {

void InputSplitter::take(std::string_view bytes) {
  forget();
  bytes_ += bytes;
}

// Removes what was given out. Memory of a long line is not kept.
void InputSplitter::forget() {
  constexpr std::size_t kept_bytes = 262'144;
  bytes_.erase(0, at_);
  searched_ -= at_;
  at_ = 0;
  if (bytes_.capacity() > kept_bytes && bytes_.size() < kept_bytes / 2) bytes_ = std::string(bytes_);
}

std::optional<InputSplitter::Piece> InputSplitter::next() {
  return split_ == Split::line ? next_line() : next_chunk();
}

std::optional<InputSplitter::Piece> InputSplitter::next_line() {
  for (;;) {
    const auto found = bytes_.find('\n', searched_);
    const bool is_last = found == std::string::npos;
    const auto end = std::min(found, bytes_.size());
    const auto begin = std::exchange(at_, is_last ? end : end + 1);
    searched_ = at_;
    if (skips_) {
      if (is_last) return std::nullopt;
      skips_ = false;
      ++number_;
      continue;
    }
    if (end - begin > line_bytes_max) {
      skips_ = is_last;
      return Piece{is_last ? number_ : number_++, {}, true};
    }
    if (is_last && (!ended_ || begin == end)) {
      at_ = begin;
      return std::nullopt;
    }
    auto line = std::string_view(bytes_).substr(begin, end - begin);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return Piece{number_++, line, false};
  }
}

std::optional<InputSplitter::Piece> InputSplitter::next_chunk() {
  auto chunk = std::string_view(bytes_).substr(at_);
  if (!ended_) chunk.remove_suffix(base::begun_character_bytes(chunk));
  if (chunk.empty()) return std::nullopt;
  at_ += chunk.size();
  searched_ = at_;
  return Piece{number_++, chunk, false};
}

}  // namespace worker::pipe
