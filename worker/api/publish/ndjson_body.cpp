#include "api/publish/ndjson_body.hpp"

#include <utility>

namespace worker::api {

NdjsonBody::NdjsonBody(const BodyContext& context)
    : settings_(context.settings),
      defaults_(context.parameters.defaults),
      tools_(context.tools),
      lines_(LineSplitter::LineEnd::line_feed, context.settings.body_bytes_max, context.unfinished) {}

void NdjsonBody::take(std::string_view piece, DraftSink& sink) {
  sink_ = &sink;
  lines_.take(piece, *this);
}

StreamedBody::End NdjsonBody::finish(DraftSink& sink) {
  sink_ = &sink;
  was_read_ = true;
  // A last line without an end that is no valid event was cut: a web server may end the body of a publisher
  // that has died.
  return lines_.finish(*this) && !was_read_ ? End::cut : End::well;
}

void NdjsonBody::on_line(std::size_t number, std::string_view line) {
  if (line.find_first_not_of(" \t\r") == std::string_view::npos) return;
  // The parser reads behind the line.
  auto& padded = tools_.padded;
  constexpr std::size_t kept_bytes = 262'144;
  if (padded.capacity() > kept_bytes) padded = {};
  padded.assign(line).append(JsonDraftParser::padding, ' ');
  const auto text = std::string_view(padded).substr(0, line.size());
  auto draft = tools_.json.parse(text, settings_, &defaults_);
  was_read_ = draft.has_value();
  sink_->add(BodyPart::line, number, std::move(draft));
}

void NdjsonBody::on_too_long(std::size_t number, bool alone) {
  sink_->add(BodyPart::line, number, base::failure(too_long_line(alone, settings_.body_bytes_max)));
}

}  // namespace worker::api
