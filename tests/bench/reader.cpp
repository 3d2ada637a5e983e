#include "reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace sse::bench {
namespace {

std::string name_of(Ending ending, int status) {
  switch (ending) {
    case Ending::completed:
      return "ended_before_first_event";
    case Ending::cut_mid_frame:
      return "cut_mid_frame";
    case Ending::cut_body:
      return "cut_body";
    case Ending::connect_refused:
      return "connect_refused";
    case Ending::reset:
      return "reset";
    case Ending::no_local_port:
      return "no_local_port";
    case Ending::no_descriptor:
      return "no_descriptor";
    case Ending::bad_status:
      return fmt::format("status_{}", status);
    case Ending::bad_response:
      return "bad_response";
    case Ending::other_failure:
      break;
  }
  return "other_failure";
}

}  // namespace

void Reader::open(const Target& target, const std::optional<in_addr>& source) {
  said_close_ = false;
  started_ = Clock::now();
  ++tally_.started;
  if (!tally_.first_start) tally_.first_start = started_;
  enter(State::opening);
  connection_.open(target, source);
}

void Reader::leave() noexcept {
  connection_.close();
  enter(State::ended);
}

void Reader::on_frame(const Frame& frame) {
  if (!frame.has_data) return;
  ++tally_.events;
  if (state_ == State::opening) count_first_event();
  if (frame.event == "close") said_close_ = true;
}

void Reader::count_first_event() {
  const Instant now = Clock::now();
  tally_.first_event.record(now - started_);
  tally_.last_first_event = now;
  enter(State::live);
}

void Reader::on_end(Ending ending) {
  if (ending == Ending::completed && said_close_) {
    ++tally_.ended_with_close;
  } else if (ending == Ending::completed && state_ == State::live) {
    ++tally_.ended_without_close;
  } else {
    ++tally_.errors[name_of(ending, connection_.status())];
  }
  enter(State::ended);
}

void Reader::enter(State state) noexcept {
  if (state_ == State::opening) --tally_.opening;
  if (state_ == State::live) --tally_.live;
  state_ = state;
  if (state_ == State::opening) ++tally_.opening;
  if (state_ == State::live) ++tally_.live;
  tally_.live_most = std::max(tally_.live_most, tally_.live);
}

}  // namespace sse::bench
