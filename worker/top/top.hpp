// Top: reads the stream `$stats`, again and again, and shows each event. Owned by main(); one thread, which
// waits in run().
#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "client/frames.hpp"
#include "client/transfers.hpp"
#include "top/options.hpp"
#include "top/screen.hpp"
#include "top/terminal.hpp"

namespace worker::top {

constexpr int exit_refused = 1;
constexpr int exit_mistake = 2;

class Top {
 public:
  /// All is borrowed. `signals`: a signalfd of those that end, stop, continue or resize it.
  Top(const Options& options, std::string key, std::string trust_file, int signals, const base::Clock& clock);

  /// The exit status.
  int run();

 private:
  /// One connection, until it ends or the operator wants to.
  void read_stream();
  void take(std::string_view bytes);
  void ask_health();
  /// Signals and keys; whether to go on.
  bool goes_on();
  void on_signal(int signal);
  void show();
  void judge_end(const client::Answer& answer);
  client::Request request(const std::string& url, const char* accept) const;

  const Options& options_;
  const std::string key_, trust_file_;
  const int signals_;
  const base::Clock& clock_;
  client::Transfers transfers_;
  std::optional<Terminal> terminal_;
  client::FrameReader frames_;
  View view_;
  const client::Transfer* health_ = nullptr;
  std::optional<base::Instant> health_due_;
  std::optional<int> status_;  // ends with it
  std::string last_words_;     // on standard error, at the end
  bool has_failed_ = false;
};

}  // namespace worker::top
