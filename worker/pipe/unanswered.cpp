#include "pipe/unanswered.hpp"

#include <utility>

namespace worker::pipe {

bool Unanswered::has_room(std::size_t bytes) {
  if (is_full_ && waiting_bytes_ > bytes_max_ / 2) return false;
  is_full_ = !is_empty() && waiting_bytes_ + bytes > bytes_max_;
  return !is_full_;
}

void Unanswered::add(std::uint64_t number, std::string_view line) {
  lines_.push_back({number, line.size(), false});
  bytes_ += line;
  ++waiting_;
  waiting_bytes_ += line.size();
}

std::string_view Unanswered::unsent() const {
  const auto rest = std::string_view(bytes_).substr(offset_);
  if (!holds_) return rest;
  // A line that has been begun is sent to its end: the worker takes what follows for a part of it.
  return sent_bytes_ == 0 ? std::string_view() : rest.substr(0, lines_[sent_lines_].bytes - sent_bytes_);
}

void Unanswered::mark_sent(std::size_t bytes) {
  offset_ += bytes;
  sent_bytes_ += bytes;
  while (sent_lines_ < lines_.size() && sent_bytes_ >= lines_[sent_lines_].bytes)
    sent_bytes_ -= lines_[sent_lines_++].bytes;
  drop_answered();
}

// A line that is too long is refused before its end is sent.
Unanswered::Line* Unanswered::next_answered() {
  const bool is_sent = answers_ < sent_lines_ || (answers_ == sent_lines_ && sent_bytes_ > 0);
  return is_sent ? &lines_[answers_++] : nullptr;
}

std::optional<std::uint64_t> Unanswered::answered() {
  auto* const line = next_answered();
  if (line == nullptr) return std::nullopt;
  const auto number = line->number;
  line->is_answered = true;
  --waiting_;
  waiting_bytes_ -= line->bytes;
  drop_answered();
  return number;
}

std::optional<std::uint64_t> Unanswered::postponed() {
  const auto* const line = next_answered();
  if (line == nullptr) return std::nullopt;
  holds_ = true;
  return line->number;
}

void Unanswered::drop_answered() {
  while (sent_lines_ > 0 && lines_.front().is_answered) {
    dropped_bytes_ += lines_.front().bytes;
    lines_.pop_front();
    --sent_lines_;
    --answers_;
  }
  compact();
}

// Each byte is moved once at most on the average.
void Unanswered::compact() {
  constexpr std::size_t kept_bytes = 262'144;
  if (dropped_bytes_ * 2 < bytes_.size()) return;
  bytes_.erase(0, dropped_bytes_);
  offset_ -= std::exchange(dropped_bytes_, 0);
  // Memory of a long line is not kept.
  if (bytes_.capacity() > bytes_max_ * 2 + kept_bytes && bytes_.size() <= bytes_max_)
    bytes_ = std::string(bytes_);
}

void Unanswered::resend() {
  std::deque<Line> lines;
  std::string bytes;
  std::size_t at = dropped_bytes_;
  for (const auto& line : lines_) {
    if (!line.is_answered) {
      lines.push_back(line);
      bytes.append(bytes_, at, line.bytes);
    }
    at += line.bytes;
  }
  lines_ = std::move(lines);
  bytes_ = std::move(bytes);
  dropped_bytes_ = offset_ = sent_lines_ = sent_bytes_ = answers_ = 0;
  holds_ = false;
}

}  // namespace worker::pipe
