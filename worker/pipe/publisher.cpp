#include "pipe/publisher.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/printable.hpp"

namespace worker::pipe {
namespace {

// The line that closes the topics is not one of the input.
constexpr std::uint64_t close_number = 0;
// How long nothing may happen. Any time will do, because everything that happens ends a wait.
constexpr std::chrono::milliseconds longest_wait{60'000};
// From a worker and from others.
constexpr std::size_t text_bytes_max = 1'000;

std::string shown(const std::string& text) { return base::printable(text, text_bytes_max); }

}  // namespace

Publisher::Publisher(Settings settings, Connect connect, const base::Clock& clock, base::Random& random,
                     Report& report)
    : settings_(std::move(settings)),
      connect_(std::move(connect)),
      clock_(clock),
      report_(report),
      lines_(settings_.bytes_max),
      backoff_(random) {}

bool Publisher::offer(std::uint64_t number, std::string_view line) {
  if (!lines_.has_room(line.size())) return false;
  wants_apart_ = settings_.long_lines_apart && line.size() > settings_.bytes_max;
  if (connection_ && apart_ != wants_apart_) {
    connection_->finish();
    return false;
  }
  wants_apart_ = false;
  lines_.add(number, line);
  return true;
}

void Publisher::turn(std::span<pollfd> others) {
  // The first connection is made in any case, to hear of mistakes.
  if (connection_ || was_tried_) finish_if_answered();
  if (state_ != State::publishing) return;
  const auto now = clock_.now();
  if (!connection_ && now >= connect_at_) connect();
  if (resend_at_ && now >= *resend_at_ && lines_.may_resend()) {
    resend_at_.reset();
    lines_.resend();
  }
  if (state_ != State::publishing) return;
  if (!connection_) {
    ::poll(others.data(), others.size(), static_cast<int>(wait_time().count()));
    return;
  }
  // Its answer comes behind its end.
  if (apart_ && !lines_.is_empty()) connection_->finish();
  connection_->wait(others, wait_time());
  read_answers();
  if (!connection_) return;
  if (const auto ending = connection_->ending()) on_ending(*ending);
}

void Publisher::connect() {
  lines_.resend();
  resend_at_.reset();
  answers_ = {};
  apart_ = wants_apart_ || (settings_.long_lines_apart && lines_.is_long());
  connection_ = connect_(lines_, apart_);
  if (const auto ending = connection_->ending()) on_ending(*ending);
}

void Publisher::finish_if_answered() {
  if (!input_ended_ || !lines_.is_empty()) return;
  if (!settings_.close_line.empty() && !close_added_) {
    close_added_ = offer(close_number, settings_.close_line);
    return;
  }
  if (connection_) {
    connection_->finish();
  } else {
    state_ = State::done;
  }
}

std::chrono::milliseconds Publisher::wait_time() const {
  auto until = clock_.now() + longest_wait;
  if (!connection_) until = std::min(until, connect_at_);
  // Before that, an answer ends the wait.
  if (resend_at_ && lines_.may_resend()) until = std::min(until, *resend_at_);
  const auto rest = std::chrono::ceil<std::chrono::milliseconds>(until - clock_.now());
  return std::max(rest, std::chrono::milliseconds(0));
}

// --- answers ---

void Publisher::read_answers() {
  if (connection_->is_open()) {
    was_open_ = true;
    if (std::exchange(was_lost_, false)) ++report_.counts.reconnects;
  }
  answers_.take(connection_->take_received());
  while (const auto answer = answers_.next()) {
    take(*answer);
    if (!connection_) return;
  }
}

void Publisher::take(const Answer& answer) {
  switch (answer.kind) {
    case Answer::Kind::stored:
      return on_stored();
    case Answer::Kind::refused:
      return on_refused(answer);
    case Answer::Kind::postponed:
      return on_postponed(answer);
    case Answer::Kind::denied:
      // The parameters stay what they are; all else may pass.
      if (answer.text.starts_with("defaults: ")) return deny(shown(answer.text));
      return lose(shown(answer.text), backoff_.next());
    case Answer::Kind::stop:
      return on_stop(answer);
    case Answer::Kind::end:
      return on_end(answer);
    case Answer::Kind::foreign:
      return deny(fmt::format("the answer is not that of a publish stream: {}", answer.text));
  }
}

void Publisher::on_stored() {
  const auto number = lines_.answered();
  if (!number) return deny("an answer came that belongs to no line");
  if (*number != close_number) ++report_.counts.published;
  if (resend_at_) return;  // lines before this one are not stored
  backoff_.reset();
  if (std::exchange(in_trouble_, false)) report_.note("publishing again");
}

void Publisher::on_refused(const Answer& answer) {
  const auto number = lines_.answered();
  if (!number) return deny("an answer came that belongs to no line");
  ++report_.counts.refused;
  report_.error(fmt::format("{} was refused: {}", place(*number), shown(answer.text)));
}

void Publisher::on_postponed(const Answer& answer) {
  const auto number = lines_.postponed();
  if (!number) return deny("an answer came that belongs to no line");
  if (!resend_at_) resend_at_ = clock_.now() + backoff_.next();
  say_trouble(fmt::format("{} is not stored yet: {} It is sent again until it is.", place(*number),
                          shown(answer.text)));
}

void Publisher::on_stop(const Answer& answer) {
  if (!std::exchange(stopped_, true))
    report_.note(fmt::format("stopped: readers want no more of {}", shown(answer.text)));
}

void Publisher::on_end(const Answer& answer) {
  switch (answer.end) {
    case Answer::End::drain:
      return lose("the worker stops or restarts", answer.retry.count() > 0 ? answer.retry : backoff_.next());
    case Answer::End::fenced:
      return deny(fmt::format("another writer, {}, has taken the topics over", shown(answer.writer)));
    case Answer::End::revoked:
      return deny("the right to publish was revoked");
    case Answer::End::expired:
      return deny("the token has expired");
    case Answer::End::idle:
      // Nothing was published for an hour.
      return connect_again(clock_.now());
    case Answer::End::other:
      return lose(fmt::format("the worker ended the stream: {}", shown(answer.text)), backoff_.next());
  }
}

// --- ends of connections ---

void Publisher::on_ending(const Ending& ending) {
  // After the end of the input nothing is left to do where everything is answered.
  const bool all_answered =
      input_ended_ && lines_.is_empty() && (close_added_ || settings_.close_line.empty());
  if (ending.kind == Ending::Kind::complete) {
    if (!all_answered && !lines_.is_empty() && !resend_at_)
      return lose("the worker did not answer everything", backoff_.next());
    if (!all_answered) return connect_again(resend_at_.value_or(clock_.now()));
    state_ = State::done;
  } else if (ending.kind == Ending::Kind::denied) {
    deny(ending.reason);
  } else if (ending.kind == Ending::Kind::absent && !was_tried_) {
    report_.error(
        fmt::format("{}: {}. Set publish.listen in the configuration of the worker and restart it, or "
                    "name another way with --socket or --url",
                    settings_.where, ending.reason));
    connection_.reset();
    state_ = State::no_way;
  } else if (all_answered && was_open_) {
    state_ = State::done;
  } else {
    lose(ending.reason, backoff_.next());
  }
}

void Publisher::connect_again(base::Instant when) {
  was_tried_ = true;
  connection_.reset();
  connect_at_ = when;
}

void Publisher::lose(std::string reason, std::chrono::milliseconds wait) {
  was_lost_ = was_open_;
  connect_again(clock_.now() + wait);
  if (reason.ends_with('.')) reason.pop_back();
  say_trouble(
      fmt::format("{}: {}. Connecting again until it succeeds; nothing is lost.", settings_.where, reason));
}

void Publisher::deny(const std::string& sentence) {
  connection_.reset();
  report_.error(fmt::format("{}: {}", settings_.where, sentence));
  state_ = State::denied;
}

void Publisher::say_trouble(const std::string& sentence) {
  if (!std::exchange(in_trouble_, true)) report_.note(sentence);
}

std::string Publisher::place(std::uint64_t number) const {
  return number == close_number ? "the end of the topics" : fmt::format("{} {}", settings_.unit, number);
}

}  // namespace worker::pipe
