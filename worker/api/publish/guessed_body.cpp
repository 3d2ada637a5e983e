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

// Without what may come before the first line of any of the formats.
std::string_view beginning(std::string_view text) {
  constexpr std::string_view mark = "\xef\xbb\xbf";
  if (text.starts_with(mark)) text.remove_prefix(mark.size());
  return text.substr(std::min(text.find_first_not_of("\r\n"), text.size()));
}

bool is_event_stream(std::string_view text) {
  return std::ranges::any_of(event_stream_beginnings, [&](auto field) { return text.starts_with(field); });
}

// More bytes may make it one.
bool may_become_event_stream(std::string_view text) {
  return std::ranges::any_of(event_stream_beginnings, [&](auto field) { return field.starts_with(text); });
}

}  // namespace

void GuessedBody::take(std::string_view piece, DraftSink& sink) {
  if (body_) return body_->take(piece, sink);
  constexpr std::size_t undecided_bytes_max = 64;
  first_ += piece;
  const auto text = beginning(first_);
  const bool undecided = !is_event_stream(text) && may_become_event_stream(text);
  if (!undecided || first_.size() > undecided_bytes_max) begin(sink);
}

StreamedBody::End GuessedBody::finish(DraftSink& sink) {
  if (!body_) begin(sink);
  return body_->finish(sink);
}

void GuessedBody::begin(DraftSink& sink) {
  const auto text = beginning(first_);
  if (is_event_stream(text)) {
    body_ = std::make_unique<EventStreamBody>(context_);
  } else if (text.find_first_not_of(" \t") < text.size() && text[text.find_first_not_of(" \t")] == '{') {
    body_ = std::make_unique<NdjsonBody>(context_);
  } else {
    body_ = std::make_unique<TextLinesBody>(context_);
  }
  body_->take(std::exchange(first_, {}), sink);
}

}  // namespace worker::api
