// Pipe: publishes the standard input until it ends, a signal comes, or nobody wants or takes more. The owner
// of everything but the transport; one thread.
//
// The input is read only while there is room for what it brings, so its writer waits for the worker, and
// memory is bounded by what may be unanswered and by one line.
#pragma once

#include <poll.h>

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/unique_fd.hpp"
#include "pipe/event_line.hpp"
#include "pipe/input_splitter.hpp"
#include "pipe/options.hpp"
#include "pipe/publisher.hpp"
#include "pipe/report.hpp"

namespace worker::pipe {

constexpr int exit_refused = 1;
constexpr int exit_mistake = 2;

class Pipe {
 public:
  /// Where the lines go.
  struct Way {
    std::string where;  // for messages
    std::size_t unanswered_bytes_max;
    bool long_lines_apart;  // see Publisher::Settings
    Connect connect;
  };

  /// `input` is a descriptor that stays the caller's. `signals` is a signalfd(2) of the signals that end the
  /// reading. All but the way is borrowed.
  Pipe(const Options& options, Way way, int input, int signals, const base::Clock& clock,
       base::Random& random, Report& report);

  /// Returns the exit status. Call once.
  int run();

 private:
  void publish_pieces();
  bool next_line();
  void read_input();
  void end_reading();
  void on_signal();
  int finish();

  const int input_;
  const int signals_;
  Report& report_;
  const EventLines event_lines_;
  const std::string unit_;
  InputSplitter splitter_;
  Publisher publisher_;
  std::optional<std::string> line_;  // waits for room
  std::uint64_t line_number_ = 0;
  bool reading_ = true;
  int signals_taken_ = 0;
  bool failed_ = false;  // to read the input
};

}  // namespace worker::pipe
