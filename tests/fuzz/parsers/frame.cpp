// A frame of text/event-stream, as it is stored.
#include "sse/frame.hpp"

#include "piece.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto event = worker::sse::parse_event(fuzz::text_of(data, size));
  if (event) fuzz::require(event->data.size() <= size, "data are not longer than the frame");
  return 0;
}
