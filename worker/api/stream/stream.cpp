#include "api/stream/stream.hpp"

#include "sse/frame.hpp"
#include "sse/reserved_types.hpp"

namespace worker::api {

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

}  // namespace worker::api
