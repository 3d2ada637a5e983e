// FrameDecoder: text/event-stream into frames as the bytes come (HTML standard, section 9.2.6, "Interpreting
// an event stream"); a frame is what stood between two blank lines. No I/O. Made to swallow millions of
// frames a second: it looks for line ends with memchr, a frame that lies whole in the bytes fed is handed out
// as views into them, and only what is cut by the end of a feed is copied, into buffers that are kept and
// used again.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "frame.hpp"

namespace sse::bench {

class FrameDecoder {
 public:
  /// `bytes` must stay until next() has returned nullptr; only then is the next feed allowed.
  void feed(std::string_view bytes) noexcept;

  /// The next whole frame, or nullptr when all bytes are consumed. Comments alone make no frame.
  const Frame* next();

  /// Bytes came after the last blank line: a stream that ends now was cut. To be asked when next() has said
  /// nullptr.
  bool mid_frame() const noexcept { return has_field_ || !held_line_.empty(); }

  std::uint64_t comments() const noexcept { return comments_; }

 private:
  bool take_line(std::string_view& line);
  const char* find_line_end() noexcept;
  void take_field(std::string_view line);
  void take_data(std::string_view value);
  void hold_frame();
  void point_at_held() noexcept;
  void start_frame() noexcept;

  // The bytes fed, and the next CR and LF in them at or after pos_ (end_: none), so that each byte is looked
  // at once.
  const char* pos_ = nullptr;
  const char* end_ = nullptr;
  const char* cr_ = nullptr;
  const char* lf_ = nullptr;

  Frame frame_;
  std::uint64_t comments_ = 0;
  bool has_field_ = false;
  bool data_is_held_ = false;
  bool frame_is_held_ = false;
  bool frame_is_out_ = false;
  bool skip_lf_ = false;
  bool first_line_ = true;
  bool line_was_held_ = false;

  // What is carried over from one feed to the next.
  std::string held_line_;
  std::string held_id_;
  std::string held_event_;
  std::string held_data_;
  std::string held_retry_;
};

}  // namespace sse::bench
