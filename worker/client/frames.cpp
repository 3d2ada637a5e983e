#include "client/frames.hpp"

#include <utility>

namespace worker::client {

std::vector<Frame> FrameReader::take(std::string_view bytes, base::Instant at) {
  std::vector<Frame> complete;
  for (const char c : bytes) {
    const bool second_half = std::exchange(after_cr_, c == '\r') && c == '\n';
    if (second_half) continue;
    if (c != '\r' && c != '\n') {
      if (++bytes_ <= frame_bytes_max) line_ += c;
      continue;
    }
    if (!line_.empty()) {
      take_line(line_);
      line_.clear();
      is_begun_ = true;
    } else if (std::exchange(is_begun_, false)) {
      frame_.at = at;
      complete.push_back(std::exchange(frame_, {}));
      bytes_ = 0;
    }
  }
  return complete;
}

void FrameReader::take_line(std::string_view line) {
  const auto colon = line.find(':');
  const auto name = line.substr(0, colon);
  auto value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (colon == 0) {
    frame_.comment = value;
  } else if (name == "data") {
    if (std::exchange(frame_.has_data, true)) frame_.data += '\n';
    frame_.data += value;
  } else if (name == "event") {
    frame_.type = value;
  } else if (name == "id") {
    frame_.id = value;
  } else if (name == "retry") {
    frame_.has_retry = true;
  }
}

std::vector<Frame> frames_of(const Answer& answer) {
  FrameReader reader;
  std::vector<Frame> all;
  std::size_t at = 0;
  for (const auto& piece : answer.pieces) {
    for (auto& frame : reader.take(std::string_view(answer.body).substr(at, piece.size), piece.at))
      all.push_back(std::move(frame));
    at += piece.size;
  }
  return all;
}

}  // namespace worker::client
