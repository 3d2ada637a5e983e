#include "publish_stream.hpp"

#include <fmt/format.h>

#include <iterator>
#include <optional>

namespace sse::bench {

void PublishStream::open(std::string_view query) {
  response_ = {};
  lines_ = {};
  finished_ = false;
  if (!target_.is_local_socket()) {
    return transport_.open(target_, std::nullopt, post_head(target_, query, "application/x-ndjson"));
  }
  transport_.open(target_, std::nullopt, {});
  if (is_open()) owner_.on_begin();
}

void PublishStream::write(std::string_view lines) {
  if (target_.is_local_socket()) return transport_.write(lines);
  chunk_.clear();
  fmt::format_to(std::back_inserter(chunk_), "{:x}\r\n{}\r\n", lines.size(), lines);
  transport_.write(chunk_);
}

void PublishStream::finish() {
  finished_ = true;
  target_.is_local_socket() ? transport_.finish() : transport_.write("0\r\n\r\n");
}

void PublishStream::on_received(std::string_view bytes) {
  const Instant now = Clock::now();
  if (target_.is_local_socket()) {
    take(bytes, now);
    return;
  }
  const bool had_head = response_.has_head();
  response_.feed(bytes);
  if (!had_head && response_.has_head()) {
    if (response_.status() != 200) return end(Ending::bad_status);
    owner_.on_begin();
  }
  for (auto piece = response_.next(); !piece.empty(); piece = response_.next()) {
    if (!take(piece, now)) return;
  }
  if (response_.failed()) return end(Ending::bad_response);
  if (response_.finished()) end(lines_.mid_line() ? Ending::cut_mid_frame : Ending::completed);
}

bool PublishStream::take(std::string_view piece, Instant at) {
  lines_.feed(piece);
  while (const auto line = lines_.next()) owner_.on_answer(*line, at);
  return is_open();
}

void PublishStream::on_closed() {
  const bool has_answer = target_.is_local_socket() || response_.has_head();
  // What has no framing of its own is whole if it was to end.
  const bool whole = target_.is_local_socket() ? finished_ : response_.whole_at_close();
  if (!whole || !has_answer) return end(has_answer ? Ending::cut_body : Ending::reset);
  end(lines_.mid_line() ? Ending::cut_mid_frame : Ending::completed);
}

void PublishStream::on_failed(Ending ending) { end(ending); }

void PublishStream::end(Ending ending) {
  transport_.close();
  owner_.on_end(ending, response_.status());
}

}  // namespace sse::bench
