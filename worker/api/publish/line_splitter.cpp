#include "api/publish/line_splitter.hpp"

#include <algorithm>
#include <utility>

namespace worker::api {
namespace {

// Beginnings up to this many bytes do not count: they are no larger than the other state of a stream.
constexpr std::size_t short_bytes = 4'096;

}  // namespace

std::string_view LineSplitter::without_byte_order_mark(std::string_view line) const {
  constexpr std::string_view mark = "\xef\xbb\xbf";
  if (number_ == 1 && line.starts_with(mark)) line.remove_prefix(mark.size());
  return line;
}

std::size_t LineSplitter::end_of_line(std::string_view text) const {
  return line_end_ == LineEnd::line_feed ? text.find('\n') : text.find_first_of("\r\n");
}

void LineSplitter::take(std::string_view piece, Lines& lines) {
  while (!piece.empty()) {
    if (std::exchange(after_return_, false) && piece.front() == '\n') {
      piece.remove_prefix(1);
      continue;
    }
    const auto end = end_of_line(piece);
    if (end == std::string_view::npos) return keep(piece, lines);
    after_return_ = piece[end] == '\r';
    complete(piece.substr(0, end), lines);
    piece.remove_prefix(end + 1);
  }
}

bool LineSplitter::finish(Lines& lines) {
  if (skips_ || unfinished_.empty()) return false;
  complete({}, lines);
  return true;
}

void LineSplitter::complete(std::string_view end, Lines& lines) {
  if (!unfinished_.empty()) {
    keep(end, lines);
    if (!skips_) lines.on_line(number_, without_byte_order_mark(unfinished_));
    forget();
  } else if (!skips_ && end.size() <= line_bytes_max_) {
    lines.on_line(number_, without_byte_order_mark(end));
  } else if (!skips_) {
    lines.on_too_long(number_, true);
  }
  skips_ = false;
  ++number_;
}

void LineSplitter::keep(std::string_view beginning, Lines& lines) {
  if (skips_) return;
  const auto size = unfinished_.size() + beginning.size();
  const bool too_long = size > line_bytes_max_;
  // A string that grows takes up to twice its size.
  const auto capacity = std::max(size, 2 * unfinished_.size());
  const bool grows = size > unfinished_.capacity() && size > short_bytes;
  if (too_long || (grows && !share_.reserve(capacity))) {
    skips_ = true;
    forget();
    return lines.on_too_long(number_, too_long);
  }
  if (grows) unfinished_.reserve(capacity);
  unfinished_.append(beginning);
}

// Most bodies have no unfinished line most of the time, so its memory is not kept.
void LineSplitter::forget() {
  unfinished_ = {};
  share_.release();
}

}  // namespace worker::api
