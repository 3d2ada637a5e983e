#include "hooks/notifier.hpp"

#include <algorithm>

#include "base/signals.hpp"

namespace worker::hooks {

Notifier::Notifier(const CurlLibrary& curl, const Settings& settings, Readers& readers,
                   const base::Clock& clock, std::uint64_t seed, base::Logger& logger, Metrics& metrics)
    : readers_(readers),
      clock_(clock),
      logger_(logger),
      random_(seed),
      schedule_(readers, clock, random_, logger, metrics),
      poster_(curl),
      settings_(settings) {}

void Notifier::start() {
  thread_ = std::thread([this] { run(); });
}

void Notifier::update(const Settings& settings) {
  const std::lock_guard lock(mutex_);
  settings_ = settings;
}

Settings Notifier::settings() const {
  const std::lock_guard lock(mutex_);
  return settings_;
}

void Notifier::stop() {
  if (!thread_.joinable()) return;
  stops_at_ = clock_.now() + stop_max;
  readers_.interrupt();
  poster_.interrupt();
  thread_.join();
}

bool Notifier::is_stopping() const { return stops_at_.load() != base::Instant::max(); }

void Notifier::run() {
  base::block_signals();  // they are for the loops
  while (!is_stopping()) {
    const auto settings = this->settings();
    const auto step = schedule_.next(settings);
    if (step.send != nullptr) {
      schedule_.on_answer(attempt(*step.send, settings), settings);
    } else if (step.for_more) {
      readers_.wait_for_more(step.until);
    } else {
      readers_.wait_until(*step.until);
    }
  }
  run_last(settings());
}

void Notifier::run_last(Settings settings) {
  stops_at_ = clock_.now() + stop_max;
  settings.timeout = std::min(settings.timeout, stop_max);
  const auto last = readers_.take_stopped();
  const auto answer = attempt(last, settings);
  const auto undelivered = schedule_.unsettled_events() +
                           (answer.kind == Answer::Kind::failed ? last.content.stream_events.size() : 0);
  if (answer.kind == Answer::Kind::failed) {
    logger_.warn("hooks: the receiver does not know that this worker has stopped: error=\"{}\"",
                 answer.reason);
  }
  if (undelivered > 0) logger_.warn("hooks: events were not delivered: lost_events={}", undelivered);
}

Answer Notifier::attempt(const Delivery& delivery, const Settings& settings) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(base::unix_time(clock_));
  return poster_.post(delivery, seconds.count(), settings,
                      [this] { return clock_.now() >= stops_at_.load(); });
}

}  // namespace worker::hooks
