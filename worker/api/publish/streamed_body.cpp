#include "api/publish/streamed_body.hpp"

#include <fmt/format.h>

#include "api/publish/event_stream_body.hpp"
#include "api/publish/guessed_body.hpp"
#include "api/publish/ndjson_body.hpp"
#include "api/publish/text_body.hpp"

namespace worker::api {

std::unique_ptr<StreamedBody> streamed_body(const BodyContext& context) {
  switch (context.parameters.format) {
    case StreamParameters::Format::event_stream:
      return std::make_unique<EventStreamBody>(context);
    case StreamParameters::Format::text_lines:
      return std::make_unique<TextLinesBody>(context);
    case StreamParameters::Format::text_chunks:
      return std::make_unique<TextChunksBody>(context);
    case StreamParameters::Format::guessed:
      return std::make_unique<GuessedBody>(context);
    case StreamParameters::Format::ndjson:
      break;
  }
  return std::make_unique<NdjsonBody>(context);
}

std::string_view name_of(BodyPart kind) {
  switch (kind) {
    case BodyPart::frame:
      return "frame";
    case BodyPart::piece:
      return "piece";
    case BodyPart::line:
      break;
  }
  return "line";
}

DraftError too_long_line(bool alone, std::size_t bytes_max) {
  if (alone)
    return {413, fmt::format("is over {} bytes and was skipped", bytes_max), metrics::Limit::event_bytes};
  return {503,
          "was skipped: the unfinished lines of all publish streams take too much memory. Send shorter "
          "lines, or later",
          metrics::Limit::bodies_bytes};
}

}  // namespace worker::api
