// The cursor in Last-Event-ID.
#include "log/cursor.hpp"

#include "piece.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  const auto cursor = worker::log::Cursor::parse(text);
  if (cursor)
    fuzz::require(worker::log::Cursor::parse(cursor->text()) == cursor, "its text is the same cursor");
  return 0;
}
