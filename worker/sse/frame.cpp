#include "sse/frame.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace worker::sse {
namespace {

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).push_back('\n');
}

// Each kind of line end is looked for by itself: find_first_of() would look up every byte.
void append_data(std::string& out, std::string_view data) {
  auto cr = data.find('\r');
  auto lf = data.find('\n');
  for (std::size_t from = 0;;) {
    const auto end = std::min(cr, lf);
    append_field(out, "data", data.substr(from, end - from));
    if (end == std::string_view::npos) return;
    from = end + (cr == end && lf == end + 1 ? 2 : 1);
    if (cr < from) cr = data.find('\r', from);
    if (lf < from) lf = data.find('\n', from);
  }
}

}  // namespace

void append_event(std::string& out, const Event& event) {
  // What the fields of an event of one line take beside their values. A string that grows step by step ends
  // up with room for twice its size, and a history would keep that.
  constexpr std::size_t around = 48;
  out.reserve(out.size() + event.data.size() + event.type.size() + event.id.size() + around);
  if (!event.type.empty()) append_field(out, "event", event.type);  // first: type_line()
  if (event.retry) fmt::format_to(std::back_inserter(out), "retry: {}\n", event.retry->count());
  append_data(out, event.data);
  // Last: some clients take the cursor at this line, and must not have it for an event that is cut before its
  // end.
  if (!event.id.empty()) append_field(out, "id", event.id);
  out.push_back('\n');
}

std::string type_line(std::string_view type) {
  std::string line;
  append_field(line, "event", type);
  return line;
}

void append_cursor(std::string& out, std::string_view id) {
  append_field(out, "id", id);
  out.push_back('\n');
}

std::optional<Event> parse_event(std::string_view frame) {
  Event event;
  bool fires = false;
  for (std::size_t end = 0; (end = frame.find('\n')) != std::string_view::npos;
       frame.remove_prefix(end + 1)) {
    const auto line = frame.substr(0, end);
    const auto colon = std::min(line.find(": "), line.size());
    const auto name = line.substr(0, colon);
    const auto value = line.substr(std::min(colon + 2, line.size()));
    if (name == "id") event.id = value;
    if (name == "event") event.type = value;
    if (name != "data") continue;
    if (std::exchange(fires, true)) event.data.push_back('\n');
    event.data.append(value);
  }
  if (!fires) return std::nullopt;
  return event;
}

void append_comment(std::string& out, std::string_view text) { out.append(": ").append(text).append("\n\n"); }

void append_heartbeat(std::string& out, std::string_view id, std::chrono::milliseconds interval) {
  const std::chrono::duration<double> seconds = interval;
  const auto data = fmt::format("{{\"intervalSeconds\":{}}}", seconds.count());
  append_event(out, {.data = data, .type = "heartbeat", .id = std::string(id)});
}

void append_retry(std::string& out, std::chrono::milliseconds delay) {
  fmt::format_to(std::back_inserter(out), "retry: {}\n\n", delay.count());
}

}  // namespace worker::sse
