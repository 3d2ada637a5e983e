#include "probe/judge.hpp"

#include <fmt/format.h>

namespace worker::probe {

bool is_stream(const client::Answer& answer) { return answer.status == 200 && answer.is_event_stream(); }

bool is_stream_or_none(const client::Answer& answer) { return answer.status == 0 || is_stream(answer); }

std::chrono::milliseconds milliseconds(std::chrono::nanoseconds time) {
  return std::chrono::round<std::chrono::milliseconds>(time);
}

std::string time_text(std::chrono::nanoseconds time) {
  const auto whole = milliseconds(time);
  if (whole < std::chrono::seconds(1)) return fmt::format("{} ms", whole.count());
  return fmt::format("{:.1f} s", std::chrono::duration<double>(time).count());
}

Rows judge(const Observations& seen) {
  Rows rows;
  judge_connection(seen, rows);
  judge_worker(seen, rows);
  judge_versions(seen, rows);
  judge_answer(seen, rows);
  judge_events(seen, rows);
  judge_resume(seen, rows);
  judge_origin(seen, rows);
  judge_idle(seen, rows);
  return rows;
}

}  // namespace worker::probe
