#include "api/cursor.hpp"

#include <array>
#include <string_view>

namespace worker::api {

std::optional<std::string> cursor_of(const http::Request& request) {
  if (const auto header = request.header("last-event-id"); !header.empty()) return std::string(header);
  constexpr std::array<std::string_view, 4> names = {"lastEventId", "lastEventID", "last-event-id",
                                                     "last_event_id"};
  for (const auto name : names) {
    if (const auto value = request.query.first(name); value && !value->empty()) return std::string(*value);
  }
  return std::nullopt;
}

}  // namespace worker::api
