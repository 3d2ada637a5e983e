// LineSplitter: cuts a text that comes in pieces into lines. It keeps the beginning of a line whose end has
// not come, within a bound for each line and a bound for all splitters; a line beyond them is skipped and
// reported. Owned by one body; one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/byte_budget.hpp"

namespace worker::api {

class LineSplitter {
 public:
  enum class LineEnd : std::uint8_t {
    line_feed,     // a carriage return before it belongs to the line
    event_stream,  // LF, CR or CRLF, as text/event-stream has them
  };
  /// Gets the lines, in the order of the text. They are numbered from 1.
  class Lines {
   public:
    /// A line without its end. The view is valid during the call.
    virtual void on_line(std::size_t number, std::string_view line) = 0;
    /// A line over the bound of one line (`alone`), or over that of all unfinished lines. Its rest is
    /// skipped.
    virtual void on_too_long(std::size_t number, bool alone) = 0;

   protected:
    ~Lines() = default;
  };

  /// `unfinished` bounds the beginnings of lines that all splitters keep, except short ones. Borrowed.
  LineSplitter(LineEnd line_end, std::size_t line_bytes_max, base::ByteBudget& unfinished)
      : line_bytes_max_(line_bytes_max), share_(&unfinished), line_end_(line_end) {}

  void take(std::string_view piece, Lines& lines);
  /// The text is complete; its last line may lack its end. False if there was no such line.
  bool finish(Lines& lines);
  /// The beginning of a line has come, and not its end.
  bool is_inside_line() const { return skips_ || !unfinished_.empty(); }

 private:
  std::string_view without_byte_order_mark(std::string_view line) const;
  std::size_t end_of_line(std::string_view text) const;
  void complete(std::string_view end, Lines& lines);
  void keep(std::string_view beginning, Lines& lines);
  void forget();

  const std::size_t line_bytes_max_;
  base::ByteBudget::Reservation share_;  // of unfinished_, where that is long
  std::string unfinished_;               // the beginning of a line
  std::size_t number_ = 1;               // of the current line
  const LineEnd line_end_;
  bool skips_ = false;         // skips the rest of a line that is too long
  bool after_return_ = false;  // a line feed that comes next belongs to the last line end
};

}  // namespace worker::api
