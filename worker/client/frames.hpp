// FrameReader: the frames of an event stream (HTML standard, "Parsing an event stream"), out of bytes that
// come in pieces. One for each stream; one thread. What it keeps is bounded: a frame that is longer is cut.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "client/answer.hpp"

namespace worker::client {

/// What stands between two blank lines.
struct Frame {
  std::string type{};  // empty for `message`
  std::string data{};
  std::optional<std::string> id{};
  std::string comment{};
  bool has_data = false;
  bool has_retry = false;
  base::Instant at{};  // when its last byte came

  /// A browser fires an event for it.
  bool is_event() const { return has_data; }
};

class FrameReader {
 public:
  static constexpr std::size_t frame_bytes_max = 262'144;

  /// The frames that these bytes complete.
  std::vector<Frame> take(std::string_view bytes, base::Instant at);

 private:
  void take_line(std::string_view line);

  std::string line_;
  Frame frame_;
  std::size_t bytes_ = 0;  // of the frame
  bool is_begun_ = false;
  bool after_cr_ = false;
};

/// Those of a whole answer, each with its time.
std::vector<Frame> frames_of(const Answer& answer);

}  // namespace worker::client
