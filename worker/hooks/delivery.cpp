#include "hooks/delivery.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/iso_time.hpp"

namespace worker::hooks {
namespace {

constexpr std::size_t topics_bytes_max = 8'192;

std::string_view name_of(ResetReason reason) {
  switch (reason) {
    case ResetReason::started:
      return "started";
    case ResetReason::overflow:
      return "overflow";
    case ResetReason::given_up:
      return "given_up";
    case ResetReason::asked:
      return "asked";
  }
  return {};
}

void append(std::string& events, std::string_view event) {
  if (!events.empty()) events += ',';
  events += event;
}

}  // namespace

std::string json_text(std::string_view text) {
  using nlohmann::json;
  return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

std::size_t Content::events(bool occupied, bool vacated) const {
  auto count = stream_events.size() + (reset ? 1 : 0) + (stopped ? 1 : 0);
  for (const auto& each : changes) count += (each.occupied ? occupied : vacated) ? 1 : 0;
  return count;
}

std::string body_of(const Content& content, std::string_view id, std::string_view worker, base::WallTime now,
                    bool occupied, bool vacated) {
  std::string events;
  if (content.reset) {
    append(events, fmt::format(R"({{"type":"reset","reason":"{}","at":"{}"}})", name_of(*content.reset),
                               base::iso_time(now)));
  }
  for (const auto& each : content.changes) {
    if (!(each.occupied ? occupied : vacated)) continue;
    append(events,
           fmt::format(R"({{"type":"{}","topic":{},"at":"{}"}})", each.occupied ? "occupied" : "vacated",
                       json_text(each.topic()), base::iso_time(each.at)));
  }
  for (const auto& each : content.stream_events) append(events, each);
  if (content.stopped) append(events, fmt::format(R"({{"type":"stopped","at":"{}"}})", base::iso_time(now)));
  return fmt::format(R"({{"id":"{}","worker":{},"lost":{},"events":[{}]}})", id, json_text(worker),
                     content.lost, events);
}

std::string stream_members(std::string_view stream, const std::vector<std::string>& topics,
                           std::string_view subject) {
  std::string list;
  std::size_t shown = 0;
  for (; shown < topics.size() && (shown == 0 || list.size() + topics[shown].size() <= topics_bytes_max);
       ++shown)
    append(list, json_text(topics[shown]));
  auto members = fmt::format(R"("stream":"{}","topics":[{}])", stream, list);
  if (shown < topics.size()) members += fmt::format(R"(,"more":{})", topics.size() - shown);
  if (!subject.empty()) members += R"(,"subject":)" + json_text(subject);
  return members;
}

std::string stream_event(std::string_view type, std::string_view members, base::WallTime at) {
  return fmt::format(R"({{"type":"{}",{},"at":"{}"}})", type, members, base::iso_time(at));
}

}  // namespace worker::hooks
