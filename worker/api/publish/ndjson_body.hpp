// NdjsonBody: one JSON object a line, with the fields of a publish. Blank lines are skipped. Owner, thread
// and failure: see streamed_body.hpp.
#pragma once

#include "api/publish/line_splitter.hpp"
#include "api/publish/streamed_body.hpp"

namespace worker::api {

class NdjsonBody final : public StreamedBody, LineSplitter::Lines {
 public:
  explicit NdjsonBody(const BodyContext& context);

  void take(std::string_view piece, DraftSink& sink) override;
  End finish(DraftSink& sink) override;
  bool is_inside_event() const override { return lines_.is_inside_line(); }

 private:
  void on_line(std::size_t number, std::string_view line) override;
  void on_too_long(std::size_t number, bool alone) override;

  const PublishSettings& settings_;
  const EventDefaults& defaults_;
  BodyTools& tools_;
  LineSplitter lines_;
  DraftSink* sink_ = nullptr;  // only during a call
  bool was_read_ = true;       // the last line was a valid event
};

}  // namespace worker::api
