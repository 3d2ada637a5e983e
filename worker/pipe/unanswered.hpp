// Unanswered: the lines that the worker has not answered yet, in the order of the input. They are sent from
// here, and sent again from here: on a new connection, or after the worker could not store them. Owned by the
// Publisher; one thread. It does no I/O, and its memory is bounded by has_room().
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace worker::pipe {

class Unanswered {
 public:
  /// `bytes_max` of lines may wait for their answers. A single line may be longer.
  explicit Unanswered(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  /// Where there was none, there is some again once half of the bytes are answered: a line for each answer
  /// would be many small writes.
  bool has_room(std::size_t bytes);
  /// The only line is one over that bound.
  bool is_long() const { return waiting_bytes_ > bytes_max_; }
  /// `line` has its end. `number` is for answered() and postponed().
  void add(std::uint64_t number, std::string_view line);

  /// What is to be sent next; valid until the next call of a function that is not const.
  std::string_view unsent() const;
  void mark_sent(std::size_t bytes);

  /// The next line, in the order in which they were sent, is answered for good. Its number; none where no
  /// line was sent that could be answered.
  std::optional<std::uint64_t> answered();
  /// The next line was not stored, and has to be sent again. Nothing more is sent until resend(), so that the
  /// order of the lines changes as little as possible.
  std::optional<std::uint64_t> postponed();
  /// postponed() was called, and the lines that were sent behind that one are answered, too.
  bool may_resend() const { return holds_ && answers_ == sent_lines_ && sent_bytes_ == 0; }
  /// All lines that wait are to be sent, from the first on.
  void resend();

  /// No line waits for an answer.
  bool is_empty() const { return waiting_ == 0; }
  std::size_t size() const { return waiting_; }

 private:
  struct Line {
    std::uint64_t number;
    std::size_t bytes;
    bool is_answered;
  };

  Line* next_answered();
  void drop_answered();
  void compact();

  const std::size_t bytes_max_;
  std::deque<Line> lines_;
  std::string bytes_;              // of lines_, behind dropped_bytes_ that are not needed any more
  std::size_t dropped_bytes_ = 0;  // at the beginning of bytes_
  std::size_t offset_ = 0;         // in bytes_: what is before it is sent
  std::size_t sent_lines_ = 0;     // of lines_, to their ends
  std::size_t sent_bytes_ = 0;     // of the line behind these
  std::size_t answers_ = 0;        // since the last resend(), for lines that are still in lines_
  std::size_t waiting_ = 0;        // lines without an answer
  std::size_t waiting_bytes_ = 0;  // of these
  bool holds_ = false;
  bool is_full_ = false;
};

}  // namespace worker::pipe
