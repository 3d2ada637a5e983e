#include "presence/state_message.hpp"

#include <algorithm>
#include <exception>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "sse/frame.hpp"

namespace worker::presence {
namespace {

using Json = nlohmann::json;

// Readers of a topic at one worker. Sums of these stay far from the end of a std::size_t.
constexpr std::uint64_t count_max = std::numeric_limits<std::uint32_t>::max();
// Of ranks and beats.
constexpr std::uint64_t number_max = std::numeric_limits<std::uint64_t>::max() - 1;

Json list_of(const std::vector<Change>& changes) {
  auto list = Json::array();
  for (const auto& change : changes) {
    Json json{{"topic", change.topic}, {"count", change.count}};
    if (change.reset) json["reset"] = true;
    if (change.named) json["named"] = true;
    if (change.anew) json["anew"] = true;
    if (!change.joined.empty()) json["joined"] = change.joined;
    if (!change.left.empty()) json["left"] = change.left;
    list.push_back(std::move(json));
  }
  return list;
}

// These throw where the JSON is something else.
std::uint64_t number_of(const Json& json, const char* name, std::uint64_t max) {
  if (!json.contains(name)) return 0;
  const auto& value = json.at(name);
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > max) throw std::out_of_range(name);
  return value.get<std::uint64_t>();
}

std::vector<std::string> names_of(const Json& json, const char* name) {
  auto names = json.value(name, std::vector<std::string>());
  if (std::ranges::any_of(names, &std::string::empty)) throw std::out_of_range(name);
  return names;
}

Change change_of(const Json& json) {
  Change change{.topic = json.at("topic").get<std::string>(),
                .count = number_of(json, "count", count_max),
                .reset = json.value("reset", false),
                .named = json.value("named", false),
                .joined = names_of(json, "joined"),
                .left = names_of(json, "left"),
                .anew = json.value("anew", false)};
  if (change.topic.empty()) throw std::out_of_range("topic");
  return change;
}

std::vector<Change> changes_of(const Json& json, const char* name) {
  std::vector<Change> changes;
  if (!json.contains(name)) return changes;
  for (const auto& each : json.at(name)) changes.push_back(change_of(each));
  return changes;
}

}  // namespace

log::Draft draft_of(const StateMessage& message) {
  Json json{{"from", message.from}};
  const auto put = [&](const char* name, const auto& value) {
    if (value != std::decay_t<decltype(value)>()) json[name] = value;
  };
  put("rank", message.rank);
  put("beat", message.beat);
  put("joins", message.joins);
  put("replaces", message.replaces);
  put("leaves", message.leaves);
  put("ended", message.ended);
  put("partBegins", message.part_begins);
  put("partEnds", message.part_ends);
  if (!message.part.empty()) json["part"] = list_of(message.part);
  if (!message.told.empty()) json["told"] = list_of(message.told);
  if (!message.known.empty()) json["known"] = list_of(message.known);
  put("knownEnds", message.known_ends);
  log::Draft draft;
  draft.topics = {std::string(state_topic)};
  draft.event.data = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  draft.is_private = true;
  return draft;
}

std::optional<StateMessage> message_of(const log::Entry& entry) {
  const auto event = sse::parse_event(entry.frame());
  if (!event) return std::nullopt;
  const auto json = Json::parse(event->data, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  try {
    StateMessage message{.from = json.at("from").get<std::string>(),
                         .rank = number_of(json, "rank", number_max),
                         .beat = number_of(json, "beat", number_max),
                         .joins = json.value("joins", false),
                         .replaces = json.value("replaces", std::string()),
                         .leaves = json.value("leaves", false),
                         .ended = names_of(json, "ended"),
                         .part_begins = json.value("partBegins", false),
                         .part_ends = json.value("partEnds", false),
                         .part = changes_of(json, "part"),
                         .told = changes_of(json, "told"),
                         .known = changes_of(json, "known"),
                         .known_ends = json.value("knownEnds", false)};
    if (message.from.empty()) return std::nullopt;
    return message;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace worker::presence
