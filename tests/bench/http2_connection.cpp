#include "http2_connection.hpp"

#include <utility>

#include "http2_pool.hpp"
#include "http2_stream.hpp"

namespace sse::bench {

void Http2Connection::request(Http2Stream& stream, const Target& target, const std::optional<in_addr>& source,
                              const Ask& ask) {
  const bool is_new = !session_;
  if (is_new) session_.emplace(static_cast<Http2Session::Owner&>(*this));
  const auto number = session_->request(
      {target.tls ? "https" : "http", target.authority, path_of(target, ask.query), ask.cursor});
  streams_.emplace(number, &stream);
  stream.requested(*this, number);
  pool_.update(*this);
  if (is_new) {
    pool_.count_connect();
    transport_.open(target, source, session_->take_output());
  } else if (!in_session_) {
    send_output();
  }
}

void Http2Connection::cancel(std::int32_t stream) {
  if (streams_.erase(stream) == 0) return;
  session_->cancel(stream);
  pool_.update(*this);
  if (!in_session_) send_output();
}

void Http2Connection::on_received(std::string_view bytes) {
  in_session_ = true;
  session_->feed(bytes);
  in_session_ = false;
  send_output();
}

// What the session has to say; nothing more once its last stream is gone.
void Http2Connection::send_output() {
  if (streams_.empty()) return shut();
  in_session_ = true;
  const std::string output = session_->take_output();
  in_session_ = false;
  if (session_->over()) {
    transport_.close();
    return on_failed(Ending::bad_response);
  }
  if (!output.empty()) transport_.write(output);
}

void Http2Connection::on_closed() {
  session_.reset();
  pool_.update(*this);
  for (const auto& [number, stream] : std::exchange(streams_, {})) stream->finish(false);
}

void Http2Connection::on_failed(Ending ending) {
  session_.reset();
  pool_.update(*this);
  for (const auto& [number, stream] : std::exchange(streams_, {})) stream->fail(ending);
}

void Http2Connection::shut() {
  transport_.close();
  session_.reset();
  pool_.update(*this);
}

void Http2Connection::on_head(std::int32_t stream, int status, bool is_event_stream) {
  const auto found = streams_.find(stream);
  if (found != streams_.end()) found->second->take_head(status, is_event_stream);
}

void Http2Connection::on_body(std::int32_t stream, std::string_view piece) {
  const auto found = streams_.find(stream);
  if (found != streams_.end()) found->second->take_body(piece);
}

void Http2Connection::on_stream_end(std::int32_t stream, bool whole) {
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return;
  Http2Stream& ended = *found->second;
  streams_.erase(found);
  pool_.update(*this);
  ended.finish(whole);
}

}  // namespace sse::bench
