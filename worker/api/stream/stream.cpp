#include "api/stream/stream.hpp"

#include "sse/frame.hpp"
#include "sse/reserved_types.hpp"

namespace worker::api {

http::ResponseHead stream_head() {
  return {200,
          {{"Content-Type", "text/event-stream; charset=utf-8"},
           {"Cache-Control", "no-cache, no-transform"},
           {"X-Accel-Buffering", "no"}}};
}

std::string stream_opening(const StreamSettings& settings, base::Random& random) {
  std::string opening;
  sse::append_comment(opening, "ok");
  sse::append_retry(opening, random.between(settings.retry, settings.retry + settings.retry_jitter));
  return opening;
}

std::optional<StreamEnd> Stream::latest_end() const {
  if (!end_timer_) return std::nullopt;
  return StreamEnd{end_timer_->due(), expires_};
}

void Stream::drain(std::chrono::milliseconds retry) {
  std::string last;
  sse::append_retry(last, retry);
  exchange_.finish(last);
}

void Stream::close() {
  std::string last;
  sse::append_event(last, {.data = "{}", .type = std::string(sse::close_type)});
  exchange_.finish(last);
}

void Stream::expire(ExpiryReason reason) {
  std::string last;
  if (const auto id = cursor(); !id.empty()) sse::append_cursor(last, id);
  const auto* data = reason == ExpiryReason::expired ? R"({"reason":"expired"})" : R"({"reason":"revoked"})";
  sse::append_event(last, {.data = data, .type = std::string(sse::expired_type)});
  exchange_.finish(last);
}

}  // namespace worker::api
