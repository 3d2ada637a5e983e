#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "probe/judge.hpp"
#include "probe/servers.hpp"

namespace worker::probe {
namespace {

// A long poll with a cursor that no worker knows is answered with a gap that says so.
void judge_cursor(Check check, const std::optional<client::Answer>& poll, std::vector<Change> changes,
                  Rows& rows) {
  if (!poll) return rows.unchecked(check, "the time was over (--timeout), or there is no stream");
  const auto json = nlohmann::json::parse(poll->body, nullptr, false);
  if (poll->status != 200 || !json.is_object() || !json.contains("events"))
    return rows.unchecked(check, fmt::format("a long poll of the same address has status {}{}", poll->status,
                                             poll->status == 200 ? ", and is not the worker's" : ""));
  if (json.contains("gap")) return rows.ok(check, "reaches the worker");
  rows.wrong(check, "does not reach the worker: readers miss what was published while they were away",
             std::move(changes));
}

std::string numbers_text(const std::vector<int>& numbers) {
  std::string text;
  for (const auto number : numbers) text += fmt::format("{}{}", text.empty() ? "" : ", ", number);
  return text.empty() ? "none" : text;
}

void judge_stream(const Observations& seen, Rows& rows) {
  if (!seen.resume)
    return rows.unchecked(Check::resume, seen.publish && seen.publish->status == 200
                                             ? "events are held back, or the time was over (--timeout)"
                                             : "nothing was published");
  const auto& [stream, expected, numbers] = *seen.resume;
  const auto& got = numbers;  // a lambda takes no part of a structured binding in clang 14
  if (got == expected)
    return rows.ok(
        Check::resume,
        "a stream with the cursor continues behind it, nothing is missing and nothing comes twice");
  const bool is_double =
      std::ranges::any_of(got, [&](int each) { return std::ranges::count(got, each) > 1; });
  auto changes = changes_for(Problem::lost_header, stream);
  changes.push_back(
      {"nginx, sse-worker.upstream.conf", "the same worker for all readers, or store: {kind: redis}"});
  rows.wrong(Check::resume,
             fmt::format("{}: events {} were due behind the cursor, and {} came",
                         is_double ? "something comes twice" : "something is missing", numbers_text(expected),
                         numbers_text(got)),
             std::move(changes));
}

}  // namespace

void judge_resume(const Observations& seen, Rows& rows) {
  judge_cursor(Check::cursor_header, seen.cursor_header, changes_for(Problem::lost_header, seen.main), rows);
  judge_cursor(Check::cursor_parameter, seen.cursor_parameter,
               {{"the front end",
                 "no rewrite of /events that drops its query: rewrite … last; without a ? at the end"}},
               rows);
  judge_stream(seen, rows);
}

}  // namespace worker::probe
