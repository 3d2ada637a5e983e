#include "api/publish/guessed_body.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "api/publish/event_stream_body.hpp"
#include "api/publish/ndjson_body.hpp"
#include "api/publish/text_body.hpp"

namespace worker::api {
namespace {

constexpr std::array<std::string_view, 5> event_stream_beginnings = {":", "data:", "event:", "id:", "retry:"};

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
// How many bytes, in one piece or in many, are examined.
constexpr std::size_t looked_at_bytes = 64;

std::string_view without_leading(std::string_view text, std::string_view characters) {
  return text.substr(std::min(text.find_first_not_of(characters), text.size()));
}

// Without the byte order mark and line ends that each format allows before its first line.
std::string_view beginning(std::string_view text) {
  text = text.substr(0, looked_at_bytes);
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  return without_leading(text, "\r\n");
}

bool is_event_stream(std::string_view text) {
  return std::ranges::any_of(event_stream_beginnings, [&](auto field) { return text.starts_with(field); });
}

bool is_json(std::string_view text) { return without_leading(text, " \t").starts_with('{'); }

// More bytes may make it one of these formats, or complete a byte order mark.
bool is_undecided(std::string_view text) {
  if (is_event_stream(text) || is_json(text)) return false;
  const auto begins_with = [&](auto whole) { return whole.starts_with(text); };
  return without_leading(text, " \t").empty() || begins_with(byte_order_mark) ||
         std::ranges::any_of(event_stream_beginnings, begins_with);
}

}  // namespace

void GuessedBody::take(std::string_view piece, DraftSink& sink) {
  if (body_) return body_->take(piece, sink);
  first_ += piece;
  if (first_.size() >= looked_at_bytes || !is_undecided(beginning(first_))) begin(sink);
}

StreamedBody::End GuessedBody::finish(DraftSink& sink) {
  if (!body_) begin(sink);
  return body_->finish(sink);
}

void GuessedBody::begin(DraftSink& sink) {
  const auto text = beginning(first_);
  if (is_event_stream(text)) {
    body_ = std::make_unique<EventStreamBody>(context_);
  } else if (is_json(text)) {
    body_ = std::make_unique<NdjsonBody>(context_);
  } else {
    body_ = std::make_unique<TextLinesBody>(context_);
  }
  body_->take(std::exchange(first_, {}), sink);
}

}  // namespace worker::api
