#include "api/publish/text_body.hpp"

#include <algorithm>
#include <utility>

#include "base/utf8.hpp"

namespace worker::api {

TextLinesBody::TextLinesBody(const BodyContext& context)
    : context_(context),
      lines_(LineSplitter::LineEnd::line_feed, context.settings.event_bytes_max + 1, context.unfinished) {}

void TextLinesBody::take(std::string_view piece, DraftSink& sink) {
  sink_ = &sink;
  lines_.take(piece, *this);
}

StreamedBody::End TextLinesBody::finish(DraftSink& sink) {
  sink_ = &sink;
  lines_.finish(*this);
  return End::well;
}

void TextLinesBody::on_line(std::size_t number, std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  sink_->add(BodyPart::line, number,
             draft_from_text(std::string(line), {}, {}, context_.settings, context_.parameters.defaults));
}

void TextLinesBody::on_too_long(std::size_t number, bool alone) {
  sink_->add(BodyPart::line, number, base::failure(too_long_line(alone, context_.settings.event_bytes_max)));
}

void TextChunksBody::take(std::string_view piece, DraftSink& sink) {
  std::string joined;
  if (!begun_.empty()) piece = joined = std::exchange(begun_, {}).append(piece);
  const auto whole = piece.size() - base::begun_character_bytes(piece);
  begun_ = piece.substr(whole);
  piece = piece.substr(0, whole);
  constexpr std::string_view mark = "\xef\xbb\xbf";
  if (piece.empty()) return;
  if (std::exchange(at_beginning_, false) && piece.starts_with(mark)) piece.remove_prefix(mark.size());
  const auto bytes_max = context_.settings.event_bytes_max;
  // The type counts, too (DraftBuilder::finish).
  const auto data_max = bytes_max - std::min(bytes_max, context_.parameters.defaults.type.size());
  while (!piece.empty()) {
    auto part = piece.substr(0, data_max);
    if (part.size() < piece.size()) part.remove_suffix(base::begun_character_bytes(part));
    // A character that is longer than an event may be is refused as an event.
    if (part.empty()) part = piece;
    add(part, sink);
    piece.remove_prefix(part.size());
  }
}

StreamedBody::End TextChunksBody::finish(DraftSink& sink) {
  if (begun_.empty()) return End::well;
  add(std::exchange(begun_, {}), sink);
  return End::cut;
}

void TextChunksBody::add(std::string_view text, DraftSink& sink) {
  sink.add(BodyPart::piece, number_++,
           draft_from_text(std::string(text), {}, {}, context_.settings, context_.parameters.defaults));
}

}  // namespace worker::api
