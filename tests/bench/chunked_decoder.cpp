#include "chunked_decoder.hpp"

#include <algorithm>

namespace sse::bench {
namespace {

int hex_value(char byte) noexcept {
  if (byte >= '0' && byte <= '9') return byte - '0';
  const char lower = static_cast<char>(byte | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

std::string_view ChunkedDecoder::next() noexcept {
  while (!input_.empty() && state_ != State::finished && state_ != State::failed) {
    if (state_ == State::data) {
      const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, input_.size()));
      const std::string_view piece = input_.substr(0, size);
      input_.remove_prefix(size);
      left_ -= size;
      if (left_ == 0) state_ = State::data_cr;
      return piece;
    }
    state_ = after(input_.front());
    input_.remove_prefix(1);
  }
  return {};
}

ChunkedDecoder::State ChunkedDecoder::after(char byte) noexcept {
  switch (state_) {
    case State::size_first:
      left_ = 0;
      return hex_value(byte) < 0 ? State::failed : after_size_digit(byte);
    case State::size:
      if (byte == '\r') return State::size_lf;
      if (byte == ';' || byte == ' ' || byte == '\t') return State::extension;
      return after_size_digit(byte);
    case State::extension:
      if (byte == '\n') return State::failed;
      return byte == '\r' ? State::size_lf : State::extension;
    case State::size_lf:
      if (byte != '\n') return State::failed;
      return left_ == 0 ? State::trailer_start : State::data;
    case State::data_cr:
      return byte == '\r' ? State::data_lf : State::failed;
    case State::data_lf:
      return byte == '\n' ? State::size_first : State::failed;
    case State::trailer_start:
      return byte == '\r' ? State::trailer_end_lf : State::trailer;
    case State::trailer:
      return byte == '\n' ? State::trailer_start : State::trailer;
    case State::trailer_end_lf:
      return byte == '\n' ? State::finished : State::failed;
    case State::data:
    case State::finished:
    case State::failed:
      break;
  }
  return State::failed;
}

ChunkedDecoder::State ChunkedDecoder::after_size_digit(char byte) noexcept {
  const int digit = hex_value(byte);
  if (digit < 0 || left_ >> 60 != 0) return State::failed;
  left_ = left_ << 4 | static_cast<std::uint64_t>(digit);
  return State::size;
}

}  // namespace sse::bench
