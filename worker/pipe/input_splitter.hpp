// InputSplitter: cuts the input into the pieces that become events. Reads nothing itself. Owned by the Pipe;
// one thread. What it keeps is bounded: what was given to take(), and the beginning of one line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "pipe/options.hpp"

namespace worker::pipe {

class InputSplitter {
 public:
  /// A longer line is no event.
  static constexpr std::size_t line_bytes_max = 8'388'608;
  /// The most to give to take() at once. With the beginning of a character that the bytes before have left, a
  /// chunk has at most 64 KiB.
  static constexpr std::size_t take_bytes_max = 65'536 - 3;

  struct Piece {
    std::uint64_t number;   // from 1; a line that is too long counts
    std::string_view text;  // perhaps not UTF-8; valid until the next call
    bool is_too_long;       // then without a text
  };

  explicit InputSplitter(Split split) : split_(split) {}

  /// The next bytes of the input. Call after next() has given all pieces of those before.
  void take(std::string_view bytes);
  /// The input is complete: its last line needs no end.
  void end() { ended_ = true; }
  /// The next piece; none where it needs more input.
  std::optional<Piece> next();

 private:
  std::optional<Piece> next_line();
  std::optional<Piece> next_chunk();
  void forget();

  const Split split_;
  std::string bytes_;
  std::size_t at_ = 0;        // the beginning of the next piece in bytes_
  std::size_t searched_ = 0;  // no line end is before it
  std::uint64_t number_ = 1;  // of the next piece
  bool skips_ = false;        // the rest of a line that is too long
  bool ended_ = false;
};

}  // namespace worker::pipe
