// GuessedBody: a body without a Content-Type. Its first bytes show its format: NDJSON begins with a brace,
// text/event-stream with one of its fields or a comment; everything else is lines of text. Owner, thread and
// failure: see streamed_body.hpp.
#pragma once

#include <memory>
#include <string>

#include "api/publish/streamed_body.hpp"

namespace worker::api {

class GuessedBody final : public StreamedBody {
 public:
  explicit GuessedBody(const BodyContext& context) : context_(context) {}

  void take(std::string_view piece, DraftSink& sink) override;
  End finish(DraftSink& sink) override;
  bool is_inside_event() const override { return body_ ? body_->is_inside_event() : !first_.empty(); }

 private:
  void begin(DraftSink& sink);

  const BodyContext context_;
  std::string first_;  // the first bytes, while they do not show the format; empty once there is a body_
  std::unique_ptr<StreamedBody> body_;
};

}  // namespace worker::api
