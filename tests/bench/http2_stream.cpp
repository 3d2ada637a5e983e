#include "http2_stream.hpp"

#include <utility>

#include "http2_connection.hpp"
#include "http2_pool.hpp"

namespace sse::bench {

void Http2Stream::open(const Target& target, const std::optional<in_addr>& source) {
  status_ = 0;
  begun_ = false;
  frames_ = {};
  pool_.take().request(*this, target, source, owner_.ask());
}

void Http2Stream::requested(Http2Connection& connection, std::int32_t number) noexcept {
  connection_ = &connection;
  number_ = number;
}

void Http2Stream::close() {
  if (connection_ != nullptr) std::exchange(connection_, nullptr)->cancel(number_);
}

void Http2Stream::take_head(int status, bool is_event_stream) {
  status_ = status;
  if (status != 200) return end(Ending::bad_status);
  if (!is_event_stream) end(Ending::bad_response);
}

void Http2Stream::take_body(std::string_view piece) {
  owner_.on_bytes(piece.size());
  if (!std::exchange(begun_, true)) owner_.on_begin();
  frames_.feed(piece);
  while (connection_ != nullptr) {
    const Frame* const frame = frames_.next();
    if (frame == nullptr) return;
    owner_.on_frame(*frame);
  }
}

void Http2Stream::finish(bool whole) {
  if (!whole) return fail(status_ == 0 ? Ending::reset : Ending::cut_body);
  fail(frames_.mid_frame() ? Ending::cut_mid_frame : Ending::completed);
}

void Http2Stream::fail(Ending ending) {
  connection_ = nullptr;
  owner_.on_end(ending);
}

void Http2Stream::end(Ending ending) {
  close();
  owner_.on_end(ending);
}

}  // namespace sse::bench
