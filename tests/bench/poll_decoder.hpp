// PollDecoder: the answer to one long poll, `{"events":[{"id":"…","data":"…"},…],"lastEventId":"…"}`, as
// Frames: one for each event, then one with the cursor alone. No I/O. It waits for the whole answer.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "frame.hpp"

namespace sse::bench {

class PollDecoder {
 public:
  void feed(std::string_view bytes) { body_ += bytes; }

  /// The answer is whole. False: it is not of that form. Then next() gives what is in it, and the decoder may
  /// be fed with the next answer.
  bool finish();

  /// nullptr before finish() and behind the last.
  const Frame* next();

  bool mid_frame() const noexcept { return !body_.empty(); }

 private:
  struct Event {
    std::string id;
    std::string data;
  };

  std::string body_;
  std::vector<Event> events_;
  std::string cursor_;
  std::size_t taken_ = 0;
  bool cursor_is_due_ = false;
  Frame frame_;
};

}  // namespace sse::bench
