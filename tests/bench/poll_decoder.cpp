#include "poll_decoder.hpp"

#include <nlohmann/json.hpp>

namespace sse::bench {
namespace {

using Json = nlohmann::json;

// False: there is no such text.
bool take_text(const Json& object, const char* name, std::string& text) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return false;
  text = found->get_ref<const std::string&>();
  return true;
}

}  // namespace

bool PollDecoder::finish() {
  const Json answer = Json::parse(body_, nullptr, false);
  body_.clear();
  events_.clear();
  taken_ = 0;
  cursor_is_due_ = false;
  if (!answer.is_object() || !take_text(answer, "lastEventId", cursor_)) return false;
  const auto events = answer.find("events");
  if (events == answer.end() || !events->is_array()) return false;
  events_.reserve(events->size());
  for (const Json& event : *events) {
    Event& taken = events_.emplace_back();
    if (!event.is_object() || !take_text(event, "id", taken.id) || !take_text(event, "data", taken.data))
      return false;
  }
  cursor_is_due_ = true;
  return true;
}

const Frame* PollDecoder::next() {
  if (!cursor_is_due_) return nullptr;
  frame_ = {};
  frame_.has_id = true;
  if (taken_ < events_.size()) {
    const Event& event = events_[taken_++];
    frame_.id = event.id;
    frame_.data = event.data;
    frame_.has_data = true;
  } else {
    frame_.id = cursor_;
    cursor_is_due_ = false;
  }
  return &frame_;
}

}  // namespace sse::bench
