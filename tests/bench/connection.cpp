#include "connection.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace sse::bench {
void Connection::open(const sockaddr_in& to, const std::optional<in_addr>& source, std::string request) {
  to_ = to;
  source_ = source;
  begun_ = false;
  if (protocol_ == Protocol::sse) decoder_.emplace<FrameDecoder>();
  if (protocol_ == Protocol::websocket) decoder_.emplace<MessageDecoder>();
  if (protocol_ == Protocol::longpoll) decoder_.emplace<PollDecoder>();
  start(std::move(request));
}

void Connection::start(std::string request) {
  response_ = {};
  request_ = std::move(request);
  unsent_ = request_;
  Connected made = connect_tcp(to_, source_);
  if (!made.socket) return end(ending_of(made.error));
  socket_ = std::move(made.socket);
  // Over loopback the handshake is often done by now, which saves a turn through epoll.
  if (const int error = send_request(); error != 0) return end(ending_of(error));
  poller_.watch(socket_.fd(), unsent_.empty() ? EPOLLIN : EPOLLIN | EPOLLOUT, *this);
}

void Connection::on_ready(std::uint32_t events) {
  if (!socket_) return;
  if (events == 0) return poller_.change(socket_.fd(), unsent_.empty() ? EPOLLIN : EPOLLIN | EPOLLOUT, *this);
  if ((events & EPOLLOUT) != 0 && !unsent_.empty()) {
    if (const int error = send_request(); error != 0) return end(ending_of(error));
    if (unsent_.empty()) poller_.change(socket_.fd(), EPOLLIN, *this);
  }
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) receive();
  if (socket_ && pause_.count() > 0 && begun_) poller_.pause(socket_.fd(), pause_, *this);
}

int Connection::send_request() noexcept {
  const auto sent = send(socket_.fd(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
  if (sent < 0) return errno == EAGAIN || errno == EINTR ? 0 : errno;
  unsent_.remove_prefix(static_cast<std::size_t>(sent));
  return 0;
}

void Connection::receive() {
  const auto buffer = poller_.receive_buffer();
  const auto count = recv(socket_.fd(), buffer.data(), buffer.size(), 0);
  if (count > 0) return decode({buffer.data(), static_cast<std::size_t>(count)});
  if (count == 0) return server_closed();
  if (errno != EAGAIN && errno != EINTR) end(ending_of(errno));
}

// On a socket that is watched already.
void Connection::say(std::string_view bytes) {
  const bool was_waiting = !unsent_.empty();
  std::string rest(unsent_);
  rest += bytes;
  request_ = std::move(rest);
  unsent_ = request_;
  if (was_waiting) return;
  if (const int error = send_request(); error != 0) return end(ending_of(error));
  if (!unsent_.empty()) poller_.change(socket_.fd(), EPOLLIN | EPOLLOUT, *this);
}

void Connection::decode(std::string_view bytes) {
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
    if (!socket_) return;
  }
  if (response_.failed()) return end(Ending::bad_response);
  if (response_.finished()) answered();
}

bool Connection::is_proper_answer() const noexcept {
  if (protocol_ == Protocol::sse) return response_.is_event_stream();
  return protocol_ == Protocol::longpoll || response_.is_websocket();
}

void Connection::begin() {
  if (!std::exchange(begun_, true)) owner_.on_begin();
}

template <class Decoder>
void Connection::hand_out(Decoder& decoder) {
  while (const Frame* frame = decoder.next()) {
    owner_.on_frame(*frame);
    if (!socket_) return;
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
  if (!socket_) return;
  if (messages.failed()) return end(Ending::bad_response);
  if (const std::string replies = messages.take_replies(); !replies.empty()) say(replies);
  if (socket_ && messages.finished()) end(Ending::completed);
}

void Connection::take(PollDecoder& poll, std::string_view piece) { poll.feed(piece); }

void Connection::answered() {
  auto* const poll = std::get_if<PollDecoder>(&decoder_);
  poll == nullptr ? server_closed() : poll_answered(*poll);
}

void Connection::poll_answered(PollDecoder& poll) {
  if (!poll.finish()) return end(Ending::bad_response);
  begin();
  hand_out(poll);
  if (!socket_) return;
  if (!response_.keeps_connection()) {
    socket_.close();
    return start(owner_.next_poll());
  }
  response_ = {};
  say(owner_.next_poll());
}

void Connection::server_closed() {
  if (!response_.whole_at_close()) return end(response_.has_head() ? Ending::cut_body : Ending::reset);
  const bool mid_frame = std::visit([](const auto& decoder) { return decoder.mid_frame(); }, decoder_);
  end(mid_frame ? Ending::cut_mid_frame : Ending::completed);
}

void Connection::end(Ending ending) {
  socket_.close();
  owner_.on_end(ending);
}

}  // namespace sse::bench
