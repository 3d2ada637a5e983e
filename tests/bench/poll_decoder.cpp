#include "poll_decoder.hpp"

#include <algorithm>

namespace sse::bench {
namespace {

bool has_text(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string();
}

std::string_view text(const nlohmann::json& object, const char* name) {
  return object.find(name)->get_ref<const std::string&>();
}

}  // namespace

bool PollDecoder::finish() {
  answer_ = nlohmann::json::parse(body_, nullptr, false);
  body_.clear();
  taken_ = 0;
  cursor_is_due_ = false;
  if (!answer_.is_object() || !has_text(answer_, "lastEventId")) return false;
  const auto events = answer_.find("events");
  const bool good =
      events != answer_.end() && events->is_array() && std::ranges::all_of(*events, [](const auto& event) {
        return event.is_object() && has_text(event, "id") && has_text(event, "data");
      });
  cursor_is_due_ = good;
  return good;
}

const Frame* PollDecoder::next() {
  if (!cursor_is_due_) return nullptr;
  const nlohmann::json& events = *answer_.find("events");
  frame_ = {};
  frame_.has_id = true;
  if (taken_ < events.size()) {
    const nlohmann::json& event = events[taken_++];
    frame_.id = text(event, "id");
    frame_.data = text(event, "data");
    frame_.has_data = true;
  } else {
    frame_.id = text(answer_, "lastEventId");
    cursor_is_due_ = false;
  }
  return &frame_;
}

}  // namespace sse::bench
