#include "message_decoder.hpp"

#include <algorithm>
#include <utility>

namespace sse::bench {
namespace {

constexpr std::uint8_t final_bit = 0x80;
constexpr std::uint8_t reserved_bits = 0x70;
constexpr std::uint8_t opcode_bits = 0x0f;
constexpr std::uint8_t mask_bit = 0x80;
constexpr std::uint8_t length_bits = 0x7f;
constexpr std::size_t control_bytes_max = 125;

constexpr std::uint8_t opcode_continuation = 0;
constexpr std::uint8_t opcode_binary = 2;
constexpr std::uint8_t opcode_close = 8;
constexpr std::uint8_t opcode_ping = 9;
constexpr std::uint8_t opcode_pong = 10;

constexpr bool is_control(std::uint8_t opcode) noexcept { return (opcode & 8U) != 0; }

constexpr std::size_t header_size_of(std::uint8_t length) noexcept {
  return length == 127 ? 10 : length == 126 ? 4 : 2;
}

// A client must mask; a mask of zeros is one, and leaves the payload as it is.
void append_masked(std::string& out, std::uint8_t opcode, std::string_view payload) {
  out.push_back(static_cast<char>(final_bit | opcode));
  out.push_back(static_cast<char>(mask_bit | payload.size()));
  out.append(4, '\0');
  out.append(payload);
}

}  // namespace

const Frame* MessageDecoder::next() {
  for (;;) {
    if (state_ == State::header && !take_header()) return nullptr;
    if (state_ != State::payload) return nullptr;
    const std::string_view piece = take_payload();
    const bool whole_frame = left_ == 0;
    if (is_control(opcode_)) {
      control_ += piece;
      if (!whole_frame) return nullptr;
      end_control();
      continue;
    }
    const bool whole_message = whole_frame && final_;
    if (data_is_held_ || !whole_message) {
      held_ += piece;
      data_is_held_ = true;
    }
    if (!whole_frame) return nullptr;
    state_ = State::header;
    in_message_ = !final_;
    if (in_message_) continue;
    frame_.data = data_is_held_ ? std::string_view(held_) : piece;
    frame_.has_data = true;
    return &frame_;
  }
}

std::string MessageDecoder::take_replies() noexcept { return std::exchange(replies_, {}); }

// False: it needs more bytes, or is none.
bool MessageDecoder::take_header() {
  std::size_t wanted = header_size_ < 2 ? 2 : header_size_of(header_[1] & length_bits);
  while (header_size_ < wanted) {
    if (input_.empty()) return false;
    header_.at(header_size_++) = static_cast<std::uint8_t>(input_.front());
    input_.remove_prefix(1);
    if (header_size_ == 2) {
      if (!accept_header(header_[0], header_[1])) {
        state_ = State::failed;
        return false;
      }
      wanted = header_size_of(header_[1] & length_bits);
    }
  }
  left_ = wanted == 2 ? header_[1] & length_bits : 0;
  for (std::size_t at = 2; at < wanted; ++at) left_ = left_ << 8 | header_.at(at);
  header_size_ = 0;
  state_ = left_ >> 63 != 0 ? State::failed : State::payload;
  return state_ == State::payload;
}

bool MessageDecoder::accept_header(std::uint8_t first, std::uint8_t second) {
  const std::uint8_t opcode = first & opcode_bits;
  // Extensions were not asked for, and only clients mask.
  if ((first & reserved_bits) != 0 || (second & mask_bit) != 0) return false;
  final_ = (first & final_bit) != 0;
  opcode_ = opcode;
  if (is_control(opcode)) {
    control_.clear();
    return opcode <= opcode_pong && final_ && second <= control_bytes_max;
  }
  if (opcode > opcode_binary || (opcode == opcode_continuation) != in_message_) return false;
  if (!in_message_) {
    held_.clear();
    data_is_held_ = false;
  }
  return true;
}

std::string_view MessageDecoder::take_payload() noexcept {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, input_.size()));
  const std::string_view piece = input_.substr(0, size);
  input_.remove_prefix(size);
  left_ -= size;
  return piece;
}

void MessageDecoder::end_control() {
  state_ = opcode_ == opcode_close ? State::finished : State::header;
  if (opcode_ == opcode_ping) append_masked(replies_, opcode_pong, control_);
  if (opcode_ == opcode_close) append_masked(replies_, opcode_close, control_);
}

}  // namespace sse::bench
