#include "frame_decoder.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace sse::bench {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

const char* find(char byte, const char* from, const char* end) noexcept {
  const void* found = std::memchr(from, byte, static_cast<std::size_t>(end - from));
  return found == nullptr ? end : static_cast<const char*>(found);
}

// No name that means something is longer than "event", so the search ends there: cheaper than memchr over the
// whole line.
std::size_t size_of_name(std::string_view line) noexcept {
  const std::size_t size_max = std::min<std::size_t>(line.size(), 6);
  std::size_t size = 0;
  while (size < size_max && line[size] != ':') ++size;
  return size;
}

bool all_digits(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char byte) { return byte >= '0' && byte <= '9'; });
}

}  // namespace

void FrameDecoder::feed(std::string_view bytes) noexcept {
  if (bytes.empty()) return;  // memchr must not be given the null pointer of an empty view
  pos_ = bytes.data();
  end_ = pos_ + bytes.size();
  cr_ = find('\r', pos_, end_);
  lf_ = find('\n', pos_, end_);
}

const Frame* FrameDecoder::next() {
  if (frame_is_out_) start_frame();
  std::string_view line;
  while (take_line(line)) {
    if (line.empty()) {
      if (!has_field_) continue;
      point_at_held();
      frame_is_out_ = true;
      return &frame_;
    }
    take_field(line);
    if (line_was_held_) held_line_.clear();
  }
  if (has_field_) hold_frame();
  return nullptr;
}

bool FrameDecoder::take_line(std::string_view& line) {
  if (skip_lf_ && pos_ != end_) {
    skip_lf_ = false;
    if (*pos_ == '\n') ++pos_;
  }
  if (pos_ == end_) return false;
  const char* const line_end = find_line_end();
  const std::string_view piece(pos_, static_cast<std::size_t>(line_end - pos_));
  line_was_held_ = !held_line_.empty();
  if (line_was_held_ || line_end == end_) held_line_.append(piece);
  if (line_end == end_) {
    pos_ = end_;
    return false;
  }
  line = line_was_held_ ? std::string_view(held_line_) : piece;
  skip_lf_ = *line_end == '\r';
  pos_ = line_end + 1;
  if (first_line_) {
    first_line_ = false;
    if (line.starts_with(byte_order_mark)) line.remove_prefix(byte_order_mark.size());
    if (line.empty()) held_line_.clear();
  }
  return true;
}

const char* FrameDecoder::find_line_end() noexcept {
  if (cr_ < pos_) cr_ = find('\r', pos_, end_);
  if (lf_ < pos_) lf_ = find('\n', pos_, end_);
  return std::min(cr_, lf_);
}

void FrameDecoder::take_field(std::string_view line) {
  if (line.front() == ':') {
    ++comments_;
    return;
  }
  const std::size_t name_size = size_of_name(line);
  const std::string_view name = line.substr(0, name_size);
  std::string_view value = line.substr(std::min(name_size + 1, line.size()));
  if (value.starts_with(' ')) value.remove_prefix(1);

  // A line put together from two feeds is about to be overwritten; so is everything when the frame spans
  // feeds.
  if (line_was_held_ && !frame_is_held_) hold_frame();
  if (name == "data") {
    take_data(value);
  } else if (name == "id") {
    if (value.find('\0') != std::string_view::npos) return;
    frame_.has_id = true;
    frame_is_held_ ? void(held_id_.assign(value)) : void(frame_.id = value);
  } else if (name == "event") {
    frame_is_held_ ? void(held_event_.assign(value)) : void(frame_.event = value);
  } else if (name == "retry") {
    if (!all_digits(value)) return;
    frame_is_held_ ? void(held_retry_.assign(value)) : void(frame_.retry = value);
  } else {
    return;
  }
  has_field_ = true;
}

void FrameDecoder::take_data(std::string_view value) {
  if (!frame_.has_data && !frame_is_held_) {
    frame_.data = value;
  } else {
    if (!data_is_held_) held_data_.assign(frame_.data);
    data_is_held_ = true;
    if (frame_.has_data) held_data_.push_back('\n');
    held_data_.append(value);
  }
  frame_.has_data = true;
}

void FrameDecoder::hold_frame() {
  if (frame_is_held_) return;
  frame_is_held_ = true;
  held_id_.assign(frame_.id);
  held_event_.assign(frame_.event);
  held_retry_.assign(frame_.retry);
  if (!data_is_held_) held_data_.assign(frame_.data);
  data_is_held_ = true;
}

void FrameDecoder::point_at_held() noexcept {
  if (data_is_held_) frame_.data = held_data_;
  if (!frame_is_held_) return;
  frame_.id = held_id_;
  frame_.event = held_event_;
  frame_.retry = held_retry_;
}

void FrameDecoder::start_frame() noexcept {
  frame_ = Frame{};
  has_field_ = false;
  data_is_held_ = false;
  frame_is_held_ = false;
  frame_is_out_ = false;
}

}  // namespace sse::bench
