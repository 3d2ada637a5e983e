#include "top/top.hpp"

#include <fmt/format.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <utility>

#include "base/printable.hpp"
#include "client/address.hpp"

namespace worker::top {
namespace {

using namespace std::chrono_literals;

constexpr auto reconnect_after = 1s;
constexpr auto health_every = 5s;
constexpr auto first_figures_within = 10s;
// Events come once a second; stats.interval_seconds may say otherwise.
constexpr std::size_t reason_bytes_shown = 200;

}  // namespace

Top::Top(const Options& options, std::string key, std::string trust_file, int signals,
         const base::Clock& clock)
    : options_(options),
      key_(std::move(key)),
      trust_file_(std::move(trust_file)),
      signals_(signals),
      clock_(clock),
      transfers_(clock) {
  view_.address = client::shown(options.url.substr(0, options.url.find('?')));
}

int Top::run() {
  if (!options_.once && Terminal::is_there()) terminal_.emplace();
  show();
  while (!status_) {
    read_stream();
    if (status_) break;
    show();
    transfers_.run(clock_.now() + reconnect_after, [this] { return !goes_on(); });
  }
  terminal_.reset();
  if (!last_words_.empty()) fmt::print(stderr, "sse-worker top: {}\n", last_words_);
  return *status_;
}

client::Request Top::request(const std::string& url, const char* accept) const {
  client::Request made{.url = url,
                       .headers = {std::string("Accept: ") + accept},
                       .trust_file = trust_file_,
                       .agent = "sse-worker-top/" SSE_WORKER_VERSION};
  if (!key_.empty()) made.headers.push_back("Authorization: Bearer " + key_);
  return made;
}

void Top::read_stream() {
  frames_ = {};
  auto asked = request(options_.url, "text/event-stream");
  asked.consumer = [this](std::string_view bytes) { take(bytes); };
  auto& stream = transfers_.start(std::move(asked));
  const auto& answer = stream.answer();
  // Only --once has an end of its own.
  constexpr auto longest = std::chrono::hours(24);
  const auto until = clock_.now() + (options_.once ? std::chrono::seconds(first_figures_within) : longest);
  transfers_.run(until, [&] {
    if (answer.is_event_stream() && answer.status == 200) ask_health();
    return answer.ending.has_value() || !goes_on();
  });
  judge_end(answer);
  transfers_.stop(stream);
}

void Top::take(std::string_view bytes) {
  for (const auto& frame : frames_.take(bytes, clock_.now())) {
    auto figures = frame.has_data ? figures_of(frame.data) : std::nullopt;
    if (!figures) continue;
    view_.state.clear();
    view_.add(*std::move(figures));
    show();
  }
}

void Top::ask_health() {
  if (health_ != nullptr && health_->answer().ending) {
    const auto& answer = health_->answer();
    view_.store = answer.status == 200 || answer.status == 503 ? store_health(answer.body) : "unknown";
    transfers_.stop(*std::exchange(health_, nullptr));
    if (terminal_) show();
  }
  if (health_due_ && clock_.now() < *health_due_) return;
  health_due_ = clock_.now() + health_every;
  if (health_ != nullptr) transfers_.stop(*std::exchange(health_, nullptr));
  health_ = &transfers_.start(request(client::sibling(options_.url, "healthz"), "application/json"));
}

bool Top::goes_on() {
  signalfd_siginfo info{};
  while (!status_ && ::read(signals_, &info, sizeof info) == static_cast<ssize_t>(sizeof info))
    on_signal(static_cast<int>(info.ssi_signo));
  if (!status_ && terminal_ && Terminal::is_asked_to_end()) status_ = 0;
  return !status_;
}

void Top::on_signal(int signal) {
  switch (signal) {
    case SIGWINCH:
      return show();
    case SIGTSTP:
      if (terminal_) terminal_->leave();
      ::raise(SIGSTOP);
      if (terminal_) terminal_->enter();
      return show();
    default:
      status_ = 0;
  }
}

void Top::show() {
  if (terminal_) {
    const auto size = Terminal::size();
    return Terminal::draw(screen(view_, size.rows, size.columns));
  }
  if (!view_.figures || !view_.state.empty()) return;
  if (options_.once) {
    // The first event has no rates, and the store is known when its answer is there.
    if (!view_.figures->rates || (health_ != nullptr && !health_->answer().ending)) return;
    constexpr std::size_t all = 1000;
    constexpr std::size_t columns = 80;
    for (const auto& each : screen(view_, all, columns)) fmt::print("{}\n", each);
    status_ = 0;
  } else {
    fmt::print("{}\n", line(view_));
  }
  // Nobody reads any more.
  if (std::fflush(stdout) != 0) status_ = 0;
}

void Top::judge_end(const client::Answer& answer) {
  if (status_) return;
  const bool is_final = answer.status >= 400 && answer.status < 500 && answer.status != 429;
  if (answer.status == 200 && answer.is_event_stream()) {
    view_.state =
        view_.figures ? "the stream has ended; connecting again" : "the worker is away; connecting again";
  } else if (answer.status == 200) {
    view_.state = "the answer is no event stream; is the address right?";
  } else if (answer.status != 0) {
    view_.state = fmt::format("status {}{}", answer.status,
                              answer.status == 401 ? " (--key-file names the file with the key)" : "");
  } else {
    view_.state = answer.ending ? base::printable(answer.ending->reason, reason_bytes_shown) : "no answer";
  }
  const bool is_wrong = is_final || (answer.status == 200 && !answer.is_event_stream());
  if (is_wrong || options_.once) {
    status_ = exit_refused;
    last_words_ = view_.state;
  } else if (!terminal_ && !std::exchange(has_failed_, true)) {
    fmt::print(stderr, "sse-worker top: {}\n", view_.state);
  }
  if (answer.status == 200) has_failed_ = false;
}

}  // namespace worker::top
