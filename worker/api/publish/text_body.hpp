// TextLinesBody, TextChunksBody: text/plain. Each line becomes an event, or each piece as it comes. Owner,
// thread and failure: see streamed_body.hpp.
#pragma once

#include <string>

#include "api/publish/line_splitter.hpp"
#include "api/publish/streamed_body.hpp"

namespace worker::api {

/// `data` is a line without its end (LF or CRLF). An empty line is an event with empty data.
class TextLinesBody final : public StreamedBody, LineSplitter::Lines {
 public:
  explicit TextLinesBody(const BodyContext& context);

  void take(std::string_view piece, DraftSink& sink) override;
  End finish(DraftSink& sink) override;
  bool is_inside_event() const override { return lines_.is_inside_line(); }

 private:
  void on_line(std::size_t number, std::string_view line) override;
  void on_too_long(std::size_t number, bool alone) override;

  const BodyContext context_;
  LineSplitter lines_;
  DraftSink* sink_ = nullptr;  // only during a call
};

/// `data` is what came at once. All data together is the text, byte for byte: a character whose bytes come in
/// two pieces is in the later event. A byte order mark at the beginning is left out.
class TextChunksBody final : public StreamedBody {
 public:
  explicit TextChunksBody(const BodyContext& context) : context_(context) {}

  void take(std::string_view piece, DraftSink& sink) override;
  End finish(DraftSink& sink) override;
  bool is_inside_event() const override { return !begun_.empty(); }

 private:
  void add(std::string_view text, DraftSink& sink);

  const BodyContext context_;
  std::string begun_;  // the first bytes of an incomplete character
  std::size_t number_ = 1;
  bool at_beginning_ = true;
};

}  // namespace worker::api
