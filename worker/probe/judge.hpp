// Judge: what the observations mean. Pure: the same observations give the same rows, so tests need no
// network.
#pragma once

#include "probe/observations.hpp"
#include "probe/row.hpp"

namespace worker::probe {

/// A row for each check, in their order.
Rows judge(const Observations& seen);

// The parts of it.
void judge_connection(const Observations& seen, Rows& rows);
void judge_worker(const Observations& seen, Rows& rows);
void judge_versions(const Observations& seen, Rows& rows);
void judge_answer(const Observations& seen, Rows& rows);
void judge_events(const Observations& seen, Rows& rows);
void judge_resume(const Observations& seen, Rows& rows);
void judge_origin(const Observations& seen, Rows& rows);
void judge_idle(const Observations& seen, Rows& rows);

/// Status 200 and the right type: everything behind that is about a stream.
bool is_stream(const client::Answer& answer);

/// What a front end answers in the place of the worker: `retry:`, and the end. The worker itself begins with
/// a comment.
bool is_stand_in(const client::Answer& answer);

/// There is no answer yet, or it is one.
bool is_stream_or_none(const client::Answer& answer);

/// "12 ms", "3.4 s".
std::string time_text(std::chrono::nanoseconds time);
std::chrono::milliseconds milliseconds(std::chrono::nanoseconds time);

}  // namespace worker::probe
