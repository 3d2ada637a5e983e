#include "pipe/pipe.hpp"

#include <fmt/format.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace worker::pipe {

Pipe::Pipe(const Options& options, Way way, int input, int signals, const base::Clock& clock,
           base::Random& random, Report& report)
    : input_(input),
      signals_(signals),
      report_(report),
      event_lines_(random_run()),
      unit_(options.split == Split::line ? "line" : "piece"),
      splitter_(options.split),
      publisher_({.where = std::move(way.where),
                  .unit = unit_.c_str(),
                  .bytes_max = way.unanswered_bytes_max,
                  .long_lines_apart = way.long_lines_apart,
                  .close_line = options.close_topics ? event_lines_.close() : std::string()},
                 std::move(way.connect), clock, random, report) {}

int Pipe::run() {
  while (publisher_.state() == Publisher::State::publishing && signals_taken_ < 2) {
    publish_pieces();
    // A descriptor below 0 is not waited for, also not for its end.
    const bool wants_input = reading_ && !line_;
    std::array<pollfd, 2> waited = {pollfd{.fd = signals_, .events = POLLIN, .revents = 0},
                                    pollfd{.fd = wants_input ? input_ : -1, .events = POLLIN, .revents = 0}};
    publisher_.turn(waited);
    if (waited[0].revents != 0) on_signal();
    if (waited[1].revents != 0) read_input();
    if (publisher_.is_stopped()) end_reading();
  }
  return finish();
}

void Pipe::publish_pieces() {
  while (next_line()) {
    if (!publisher_.offer(line_number_, *line_)) return;
    line_.reset();
  }
  if (!reading_) publisher_.end_input();
}

// Makes the line of the next piece, if there is one.
bool Pipe::next_line() {
  while (!line_) {
    const auto piece = splitter_.next();
    if (!piece) return false;
    if (piece->is_too_long) {
      ++report_.counts.refused;
      report_.error(fmt::format("line {} is longer than {} bytes and was skipped", piece->number,
                                InputSplitter::line_bytes_max));
      continue;
    }
    line_number_ = piece->number;
    line_ = event_lines_.event(piece->number, piece->text);
  }
  return true;
}

void Pipe::read_input() {
  std::array<char, InputSplitter::take_bytes_max> bytes;
  const auto size = ::read(input_, bytes.data(), bytes.size());
  if (size > 0) {
    splitter_.take({bytes.data(), static_cast<std::size_t>(size)});
  } else if (size == 0) {
    end_reading();
  } else if (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK) {
    report_.error(fmt::format("cannot read the standard input: {}", std::generic_category().message(errno)));
    failed_ = true;
    end_reading();
  }
}

void Pipe::end_reading() {
  reading_ = false;
  splitter_.end();
}

void Pipe::on_signal() {
  signalfd_siginfo signal{};
  if (::read(signals_, &signal, sizeof signal) != sizeof signal) return;
  // The first one is not the last word either where the input has ended: Ctrl-C goes to its writer, too.
  ++signals_taken_;
  end_reading();
}

int Pipe::finish() {
  const auto& counts = report_.counts;
  const bool done = publisher_.state() == Publisher::State::done;
  if (!done && publisher_.unanswered() > 0) {
    report_.error(fmt::format("not answered, and so perhaps not published: {} {}{}", publisher_.unanswered(),
                              unit_, publisher_.unanswered() == 1 ? "" : "s"));
  }
  report_.note(fmt::format("{} published, {} refused, {} reconnects", counts.published, counts.refused,
                           counts.reconnects));
  if (publisher_.state() == Publisher::State::no_way) return exit_mistake;
  return done && counts.refused == 0 && !failed_ ? 0 : exit_refused;
}

}  // namespace worker::pipe
