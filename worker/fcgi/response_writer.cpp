#include "fcgi/response_writer.hpp"

#include <cassert>
#include <utility>

#include "fcgi/record.hpp"

namespace worker::fcgi {
namespace {

// A stream whose first bytes, the head with them, are more than this goes out in two steps.
constexpr std::size_t opening_bytes_max = 512;
// Bytes of the shared buffers that are kept after a large response.
constexpr std::size_t scratch_bytes_max = 1'048'576;

}  // namespace

void ResponseWriter::begin(std::uint16_t request_id, bool omits_body) {
  assert(output_ == Output::direct);
  // Frees what one large response needed.
  for (auto* scratch : {&context_.corked, &context_.framed}) {
    if (scratch->capacity() > scratch_bytes_max) *scratch = {};
  }
  context_.corked.clear();
  context_.opening_end = 0;
  output_ = Output::corked;
  request_id_ = request_id;
  omits_body_ = omits_body;
}

// --- framing ---

// Where the next frames go.
std::string& ResponseWriter::frames() {
  if (output_ == Output::corked) return context_.corked;
  context_.framed.clear();
  return context_.framed;
}

// Sends what frames() took, except while it gathers.
ResponseWriter::Sent ResponseWriter::complete() {
  return output_ == Output::corked ? Sent::later : transmit();
}

ResponseWriter::Sent ResponseWriter::answer(const http::Response& response, std::string_view lines) {
  std::string head;
  response.head.append_to(head, lines);
  auto& out = frames();
  append_stdout(out, request_id_, head);
  if (!omits_body_) append_stdout(out, request_id_, response.body);
  append_end(out, request_id_);
  return complete();
}

ResponseWriter::Sent ResponseWriter::write_head(const http::ResponseHead& head, std::string_view lines) {
  std::string text;
  head.append_to(text, lines);
  append_stdout(frames(), request_id_, text);
  return complete();
}

ResponseWriter::Sent ResponseWriter::write(std::string_view payload) {
  append_stdout(frames(), request_id_, payload);
  mark_opening();
  return complete();
}

ResponseWriter::Sent ResponseWriter::send(const base::Bytes& wire) {
  if (output_ == Output::corked || request_id_ != shared_request_id) {
    auto& out = frames();
    request_id_ == shared_request_id ? out += * wire : out += with_request_id(*wire, request_id_);
    mark_opening();
    return complete();
  }
  context_.metrics.sent_bytes.add(wire->size());
  if (backlog_) return wait_for_socket(wire);
  const auto sent = net::send_some(socket_, wire->data(), wire->size());
  if (sent < 0) return Sent::peer_gone;
  const auto size = static_cast<std::size_t>(sent);
  return size == wire->size() ? Sent::all : wait_for_socket(wire, size);
}

ResponseWriter::Sent ResponseWriter::finish(std::string_view last) {
  auto& out = frames();
  if (!omits_body_) append_stdout(out, request_id_, last);
  append_end(out, request_id_);
  return complete();
}

ResponseWriter::Sent ResponseWriter::reply(std::string records) {
  assert(output_ != Output::corked);
  context_.framed = std::move(records);
  return transmit();
}

// --- the opening of a stream ---

void ResponseWriter::mark_opening() {
  if (output_ == Output::corked && context_.opening_end == 0) context_.opening_end = context_.corked.size();
}

ResponseWriter::Sent ResponseWriter::uncork(bool may_delay) {
  assert(output_ == Output::corked);
  output_ = Output::direct;
  std::swap(context_.corked, context_.framed);
  const auto size = context_.framed.size();
  const bool in_two_steps =
      may_delay && size > opening_bytes_max && context_.opening_end > 0 && context_.opening_end < size;
  return in_two_steps ? transmit_opening() : transmit();
}

// Proxies judge by the first write of an answer whether to compress it (Caddy: over 512 bytes), and a
// compressed stream does not move. So the opening is sent first, and the history once it has passed.
ResponseWriter::Sent ResponseWriter::transmit_opening() {
  auto rest = std::make_shared<const std::string>(context_.framed, context_.opening_end);
  context_.framed.resize(context_.opening_end);
  if (transmit() == Sent::peer_gone) return Sent::peer_gone;
  context_.metrics.sent_bytes.add(rest->size());
  if (backlog_) return wait_for_socket(std::move(rest));
  // Everything that is written before release_opening() waits behind it.
  make_backlog();
  add_to_backlog(std::move(rest), 0);
  output_ = Output::delayed;
  return Sent::later;
}

bool ResponseWriter::release_opening() {
  if (output_ != Output::delayed) return false;
  output_ = Output::direct;
  wait_until_writable();
  return true;
}

// --- sending ---

ResponseWriter::Sent ResponseWriter::transmit() {
  const auto& wire = context_.framed;
  if (wire.empty()) return backlog_ ? Sent::later : Sent::all;
  context_.metrics.sent_bytes.add(wire.size());
  if (backlog_) return wait_for_socket(std::make_shared<const std::string>(wire));
  const auto sent = net::send_some(socket_, wire.data(), wire.size());
  if (sent < 0) return Sent::peer_gone;
  const auto size = static_cast<std::size_t>(sent);
  return size == wire.size() ? Sent::all : wait_for_socket(std::make_shared<const std::string>(wire, size));
}

ResponseWriter::Sent ResponseWriter::wait_for_socket(base::Bytes bytes, std::size_t offset) {
  if (!backlog_) {
    make_backlog();
    wait_until_writable();
  }
  add_to_backlog(std::move(bytes), offset);
  context_.metrics.outbox_high_water.raise(static_cast<std::int64_t>(backlog_->outbox.size_bytes()));
  return Sent::later;
}

// --- the backlog, and its share of the metrics ---

void ResponseWriter::make_backlog() {
  backlog_ = std::make_unique<Backlog>(socket_, owner_);
  context_.metrics.outboxes.add(1);
}

void ResponseWriter::add_to_backlog(base::Bytes bytes, std::size_t offset) {
  const auto before = backlog_->outbox.size_bytes();
  backlog_->outbox.push(std::move(bytes), offset);
  context_.metrics.outbox_bytes.add(static_cast<std::int64_t>(backlog_->outbox.size_bytes() - before));
}

void ResponseWriter::drop_backlog() {
  if (!backlog_) return;
  context_.metrics.outbox_bytes.add(-static_cast<std::int64_t>(backlog_->outbox.size_bytes()));
  context_.metrics.outboxes.add(-1);
  backlog_.reset();
}

void ResponseWriter::wait_until_writable() {
  context_.poller.want_writable(socket_, owner_, true);
  context_.stall_watch.watch(backlog_->watched);
}

ResponseWriter::Sent ResponseWriter::flush() {
  assert(wants_writable());
  const auto waiting = backlog_->outbox.size_bytes();
  const auto flushed = backlog_->outbox.flush(socket_);
  const auto left = backlog_->outbox.size_bytes();
  context_.metrics.outbox_bytes.add(-static_cast<std::int64_t>(waiting - left));
  switch (flushed) {
    case net::Outbox::Flushed::blocked:
      if (left < waiting) context_.stall_watch.watch(backlog_->watched);
      return Sent::later;
    case net::Outbox::Flushed::broken:
      return Sent::peer_gone;
    case net::Outbox::Flushed::all:
      break;
  }
  drop_backlog();
  context_.poller.want_writable(socket_, owner_, false);
  return Sent::all;
}

std::vector<std::pair<base::Bytes, std::size_t>> ResponseWriter::unsent() const {
  assert(output_ == Output::direct);
  return backlog_ ? backlog_->outbox.pieces() : std::vector<std::pair<base::Bytes, std::size_t>>();
}

void ResponseWriter::add_unsent(const std::vector<std::pair<base::Bytes, std::size_t>>& unsent) {
  for (const auto& [bytes, offset] : unsent) wait_for_socket(bytes, offset);
}

void ResponseWriter::close() {
  drop_backlog();
  output_ = Output::direct;
}

}  // namespace worker::fcgi
