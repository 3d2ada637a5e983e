#include "api/stream/gap.hpp"

#include "sse/frame.hpp"
#include "sse/reserved_types.hpp"

namespace worker::api {

nlohmann::ordered_json Gap::json() const {
  return {{"reason", name_of(reason)}, {"lastEventId", cursor}, {"resumedFrom", resumed_from}};
}

std::string Gap::frame() const {
  std::string frame;
  // The cursor is the client's own text, of any bytes.
  const auto data = json().dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  sse::append_event(frame, {.data = data, .type = std::string(sse::gap_type), .id = resumed_from});
  return frame;
}

}  // namespace worker::api
