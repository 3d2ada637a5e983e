// Frame: what a reader got at once, whatever brought it. Views are valid until the decoder that gave it is
// asked for the next, or is fed.
#pragma once

#include <string_view>

namespace sse::bench {

struct Frame {
  std::string_view id;
  std::string_view event;
  /// Several data lines are joined with LF.
  std::string_view data;
  /// Digits, or empty.
  std::string_view retry;
  bool has_id = false;
  /// Without a data line a browser fires nothing; an id moves its cursor all the same.
  bool has_data = false;
};

}  // namespace sse::bench
