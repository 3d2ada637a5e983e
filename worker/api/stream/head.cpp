#include "api/stream/head.hpp"

#include "sse/frame.hpp"

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

}  // namespace worker::api
