// What publishers send: a form, a JSON object, and bodies that stream in each of their formats. However a
// body is cut, the same events come out.
#include <memory>
#include <string>

#include "api/publish/draft_parser.hpp"
#include "api/publish/streamed_body.hpp"
#include "http/gzip.hpp"
#include "piece.hpp"

namespace {

using namespace worker::api;

const PublishSettings& settings() {
  static const PublishSettings made{
      .topics_max = 10, .topic_bytes_max = 100, .event_bytes_max = 500, .batch_max = 50};
  return made;
}

void check(const DraftResult& draft) {
  if (!draft) return fuzz::require(!draft.error().detail.empty(), "a refusal says why");
  fuzz::require(!draft.value().topics.empty(), "a draft has a topic");
  fuzz::require(draft.value().event.data.size() <= settings().event_bytes_max, "data are within their bound");
}

/// The events of a body, as text.
class Seen final : public DraftSink {
 public:
  void add(BodyPart kind, std::size_t number, DraftResult draft) override {
    check(draft);
    text += name_of(kind);
    text += std::to_string(number);
    text += draft ? draft.value().event.data + '/' + draft.value().event.type + '/' + draft.value().event.id
                  : "refused";
    text += '\n';
  }
  std::string text;
};

std::string events_of(std::string_view body, StreamParameters::Format format, bool cut) {
  static BodyTools tools;
  worker::base::ByteBudget unfinished(2'000);
  StreamParameters parameters{.format = format};
  parameters.defaults.topics = {"a"};
  const auto streamed = streamed_body(
      {.settings = settings(), .parameters = parameters, .tools = tools, .unfinished = unfinished});
  Seen seen;
  if (cut) {
    fuzz::in_pieces(body, static_cast<unsigned>(body.size()),
                    [&](auto piece) { streamed->take(piece, seen); });
  } else {
    streamed->take(body, seen);
  }
  seen.text += streamed->finish(seen) == StreamedBody::End::well ? "well" : "cut";
  return seen.text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  check(draft_from_form(text, settings()));
  static JsonDraftParser json;
  std::string padded(text);
  padded.append(JsonDraftParser::padding, ' ');
  check(json.parse(std::string_view(padded).substr(0, size), settings()));
  if (const auto expanded = worker::http::expand_gzip(text, 1'000))
    fuzz::require(expanded.value().size() <= 1'000, "a body expands to no more than is allowed");
  using Format = StreamParameters::Format;
  for (const auto format : {Format::ndjson, Format::event_stream, Format::text_lines, Format::guessed})
    fuzz::require(events_of(text, format, false) == events_of(text, format, true),
                  "pieces make the same events");
  events_of(text, Format::text_chunks, true);
  return 0;
}
