// Observed: observations of a probe for which all is well, to be changed by a test.
#pragma once

#include <algorithm>
#include <chrono>
#include <string>

#include "probe/judge.hpp"

namespace worker::support {

using namespace std::chrono_literals;

inline base::Instant at(std::chrono::milliseconds time) { return base::Instant(1h + time); }

inline client::Answer answer(int status, const std::string& type, const std::string& body = "") {
  client::Answer answer;
  answer.begun = at(0ms);
  answer.address = "203.0.113.7";
  answer.resolved = 1ms;
  answer.connected = 2ms;
  answer.status = status;
  answer.version = 11;
  answer.head_at = at(5ms);
  if (!type.empty()) answer.fields.emplace_back("content-type", type);
  answer.body = body;
  if (!body.empty()) answer.pieces = {{body.size(), at(6ms)}};
  return answer;
}

inline client::Answer stream(const std::string& body = ": hello\n\nretry: 3000\n\nid: 1\n\n") {
  auto made = answer(200, "text/event-stream; charset=utf-8", body);
  made.fields.emplace_back("server", "nginx/1.22.1");
  made.fields.emplace_back("cache-control", "no-cache, no-transform");
  made.fields.emplace_back("x-accel-buffering", "no");
  return made;
}

inline void end(client::Answer& answer, client::Ending::Kind kind, std::chrono::milliseconds when = 7ms,
                const std::string& reason = "") {
  answer.ending = client::Ending{.kind = kind, .reason = reason, .at = at(when)};
}

inline probe::Observations all_well() {
  probe::Observations seen;
  seen.now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22);
  seen.url = "http://push.example.org/events";
  seen.patience = 10s;
  seen.main = stream();
  seen.health = answer(200, "application/json", R"({"status":"ok","store":{"status":"ok"}})");
  return seen;
}

inline const probe::Row& row(const probe::Rows& rows, probe::Check check) {
  return *std::ranges::find(rows.all(), check, &probe::Row::check);
}

inline bool names(const probe::Row& row, const std::string& line) {
  return std::ranges::any_of(row.changes, [&](const probe::Change& change) {
    return (change.file + ": " + change.line).find(line) != std::string::npos;
  });
}

}  // namespace worker::support
