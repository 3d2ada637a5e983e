// Publisher: brings lines to the worker, over one connection after the other, until each is answered. It
// decides what becomes of answers and of failures; the transport is the connection's. Owned by the Pipe; one
// thread. Nothing throws but a lack of memory.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/backoff.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "pipe/answer.hpp"
#include "pipe/connection.hpp"
#include "pipe/report.hpp"
#include "pipe/unanswered.hpp"

namespace worker::pipe {

class Publisher {
 public:
  struct Settings {
    std::string where;       // the socket or the address, for messages
    const char* unit;        // what a line of the input is called: "line"
    std::size_t bytes_max;   // of lines without an answer
    bool long_lines_apart;   // a line over that bound needs a connection of its own
    std::string close_line;  // is sent when all else is answered; empty for none
  };
  enum class State {
    publishing,
    done,    // everything is answered
    denied,  // by the worker: another attempt would fail
    no_way,  // there was nothing to connect to in the first place
  };

  /// All but the settings is borrowed.
  Publisher(Settings settings, Connect connect, const base::Clock& clock, base::Random& random,
            Report& report);

  /// Takes a line of a publish stream, with its end. `number` is its place in the input. False if there is no
  /// room for it yet: offer it again after the next turn().
  bool offer(std::uint64_t number, std::string_view line);
  /// No line follows.
  void end_input() { input_ended_ = true; }

  /// Connects, sends, receives, and waits until something has happened here or to `others`.
  void turn(std::span<pollfd> others);

  State state() const { return state_; }
  /// Readers want no more of a topic.
  bool is_stopped() const { return stopped_; }
  std::size_t unanswered() const { return lines_.size(); }

 private:
  void connect();
  void finish_if_answered();
  std::chrono::milliseconds wait_time() const;
  void read_answers();
  void take(const Answer& answer);
  void on_stored();
  void on_refused(const Answer& answer);
  void on_postponed(const Answer& answer);
  void on_stop(const Answer& answer);
  void on_end(const Answer& answer);
  void on_ending(const Ending& ending);
  void connect_again(base::Instant when);
  void lose(std::string reason, std::chrono::milliseconds wait);
  void deny(const std::string& sentence);
  void say_trouble(const std::string& sentence);
  std::string place(std::uint64_t number) const;

  const Settings settings_;
  const Connect connect_;
  const base::Clock& clock_;
  Report& report_;
  Unanswered lines_;
  base::Backoff backoff_;
  std::unique_ptr<Connection> connection_;  // null while the next attempt waits
  AnswerReader answers_;                    // of the connection
  base::Instant connect_at_{};
  std::optional<base::Instant> resend_at_;  // lines that the worker could not store
  State state_ = State::publishing;
  bool input_ended_ = false;
  bool close_added_ = false;
  bool stopped_ = false;
  bool was_tried_ = false;    // a connection, before the present one
  bool was_open_ = false;     // some connection was
  bool was_lost_ = false;     // an open connection, and no other one is open since
  bool apart_ = false;        // the connection is for one long line
  bool wants_apart_ = false;  // so will be the next one
  bool in_trouble_ = false;   // the operator was told, and nothing was stored since
};

}  // namespace worker::pipe
