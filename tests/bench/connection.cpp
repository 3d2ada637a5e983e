#include "connection.hpp"

#include <utility>

namespace sse::bench {

void Connection::open(const Target& target, const std::optional<in_addr>& source) {
  target_ = &target;
  source_ = source;
  begun_ = false;
  transport_.pause_after_reads({});
  if (protocol_ == Protocol::sse) decoder_.emplace<FrameDecoder>();
  if (protocol_ == Protocol::websocket) decoder_.emplace<MessageDecoder>();
  if (protocol_ == Protocol::longpoll) decoder_.emplace<PollDecoder>();
  start();
}

void Connection::start() {
  response_ = {};
  transport_.open(*target_, source_, request());
}

std::string Connection::request() {
  const auto [query, cursor] = owner_.ask();
  if (protocol_ == Protocol::websocket) return websocket_request(*target_, query);
  if (protocol_ == Protocol::longpoll) return poll_request(*target_, query, cursor);
  return stream_request(*target_, query, cursor);
}

void Connection::on_received(std::string_view bytes) {
  owner_.on_bytes(bytes.size());
  const bool had_head = response_.has_head();
  response_.feed(bytes);
  if (!had_head && response_.has_head()) {
    if (response_.status() != (protocol_ == Protocol::websocket ? 101 : 200)) return end(Ending::bad_status);
    if (!is_proper_answer()) return end(Ending::bad_response);
    if (protocol_ == Protocol::websocket) begin();
  }
  for (auto piece = response_.next(); !piece.empty(); piece = response_.next()) {
    std::visit([this, piece](auto& decoder) { take(decoder, piece); }, decoder_);
    if (!transport_.is_open()) return;
  }
  if (response_.failed()) return end(Ending::bad_response);
  if (response_.finished()) answered();
}

bool Connection::is_proper_answer() const noexcept {
  if (protocol_ == Protocol::sse) return response_.is_event_stream();
  return protocol_ == Protocol::longpoll || response_.is_websocket();
}

void Connection::begin() {
  if (std::exchange(begun_, true)) return;
  transport_.pause_after_reads(pause_);
  owner_.on_begin();
}

template <class Decoder>
void Connection::hand_out(Decoder& decoder) {
  while (const Frame* frame = decoder.next()) {
    owner_.on_frame(*frame);
    if (!transport_.is_open()) return;
  }
}

void Connection::take(FrameDecoder& frames, std::string_view piece) {
  begin();
  frames.feed(piece);
  hand_out(frames);
}

void Connection::take(MessageDecoder& messages, std::string_view piece) {
  messages.feed(piece);
  hand_out(messages);
  if (!transport_.is_open()) return;
  if (messages.failed()) return end(Ending::bad_response);
  if (const std::string replies = messages.take_replies(); !replies.empty()) transport_.write(replies);
  if (transport_.is_open() && messages.finished()) end(Ending::completed);
}

void Connection::take(PollDecoder& poll, std::string_view piece) { poll.feed(piece); }

void Connection::answered() {
  auto* const poll = std::get_if<PollDecoder>(&decoder_);
  if (poll != nullptr) return poll_answered(*poll);
  transport_.close();
  on_closed();
}

void Connection::poll_answered(PollDecoder& poll) {
  if (!poll.finish()) return end(Ending::bad_response);
  begin();
  hand_out(poll);
  if (!transport_.is_open()) return;
  if (!response_.keeps_connection()) return start();
  response_ = {};
  transport_.write(request());
}

void Connection::on_closed() {
  if (!response_.whole_at_close()) {
    return owner_.on_end(response_.has_head() ? Ending::cut_body : Ending::reset);
  }
  const bool mid_frame = std::visit([](const auto& decoder) { return decoder.mid_frame(); }, decoder_);
  owner_.on_end(mid_frame ? Ending::cut_mid_frame : Ending::completed);
}

void Connection::end(Ending ending) {
  transport_.close();
  owner_.on_end(ending);
}

}  // namespace sse::bench
