// GuessedBody: a body without a Content-Type. Its first bytes say what it is: NDJSON begins with a brace,
// text/event-stream with one of its fields or a comment, and everything else is lines of text.
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
  std::string first_;  // bytes that do not tell yet; empty once body_ is there
  std::unique_ptr<StreamedBody> body_;
};

}  // namespace worker::api
