#include "presence/presence_events.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "sse/frame.hpp"
#include "sse/reserved_types.hpp"

namespace worker::presence {
namespace {

using OrderedJson = nlohmann::ordered_json;

std::string text_of(const OrderedJson& json) {
  return json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

log::Draft draft(const std::string& companion, std::string_view type, const OrderedJson& data,
                 bool is_private) {
  log::Draft draft;
  draft.topics = {companion};
  draft.event.type = type;
  draft.event.data = text_of(data);
  draft.is_private = is_private;
  return draft;
}

OrderedJson json_of(std::string_view topic, const Present& present, bool names) {
  OrderedJson json{{"topic", topic}, {"count", present.count}};
  if (names && present.subjects) json["subjects"] = *present.subjects;
  return json;
}

}  // namespace

std::string companion_of(std::string_view topic) { return std::string(companion_prefix).append(topic); }

std::vector<log::Draft> drafts_of(const Change& change) {
  const auto companion = companion_of(change.topic);
  OrderedJson here{{"topic", change.topic}, {"count", change.count}};
  if (change.reset) here["reset"] = true;
  std::vector<log::Draft> drafts{draft(companion, sse::here_type, here, false)};
  const auto add = [&](std::string_view type, const std::vector<std::string>& subjects) {
    for (const auto& subject : subjects) {
      const OrderedJson data{{"topic", change.topic}, {"subject", subject}, {"count", change.count}};
      drafts.push_back(draft(companion, type, data, true));
    }
  };
  add(sse::join_type, change.joined);
  add(sse::leave_type, change.left);
  return drafts;
}

std::string present_json(std::string_view topic, const Present& present, bool names) {
  return text_of(json_of(topic, present, names));
}

std::string here_frame(std::string_view topic, const Present& present, bool names) {
  auto json = json_of(topic, present, names);
  if (!json.contains("subjects")) json["reset"] = true;
  std::string frame;
  sse::append_event(frame, {.data = text_of(json), .type = std::string(sse::here_type)});
  return frame;
}

}  // namespace worker::presence
