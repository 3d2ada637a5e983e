// LineDecoder: bytes into lines, as they come. No I/O. A line that lies whole in the bytes fed is handed out
// as a view into them; only what is cut by the end of a feed is copied.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sse::bench {

class LineDecoder {
 public:
  /// `bytes` must stay until next() has returned nothing; only then is the next feed allowed.
  void feed(std::string_view bytes) noexcept { input_ = bytes; }

  /// The next line, without its LF; nothing: all is consumed. Valid until the next call.
  std::optional<std::string_view> next();

  /// Bytes came after the last LF. To be asked when next() has said nothing.
  bool mid_line() const noexcept { return !held_.empty(); }

 private:
  std::string_view input_;
  std::string held_;
  bool held_is_out_ = false;
};

}  // namespace sse::bench
