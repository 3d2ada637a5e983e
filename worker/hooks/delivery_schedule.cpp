#include "hooks/delivery_schedule.hpp"

#include <algorithm>

namespace worker::hooks {

DeliverySchedule::DeliverySchedule(Readers& readers, const base::Clock& clock, base::Random& random,
                                   base::Logger& logger, Metrics& metrics)
    : readers_(readers),
      clock_(clock),
      logger_(logger),
      metrics_(metrics),
      backoff_(random, pause_max),
      last_accepted_(clock.now()) {}

DeliverySchedule::Step DeliverySchedule::next(const Settings& settings) {
  for (;;) {
    const auto now = clock_.now();
    if (paused_until_ && now < *paused_until_) return {.until = paused_until_};
    paused_until_.reset();
    if (delivery_) return {.send = &*delivery_};
    std::optional<base::Instant> heartbeat;
    if (settings.heartbeat.count() > 0) heartbeat = last_accepted_ + settings.heartbeat;
    const auto due = readers_.due();
    const bool beats = heartbeat && *heartbeat <= now;
    if (!beats && !(due && *due <= now)) {
      const auto until = due && heartbeat ? std::min(*due, *heartbeat) : due ? *due : heartbeat;
      return {.until = until, .for_more = true};
    }
    delivery_ = readers_.take(beats);
    first_attempt_ = now;
  }
}

void DeliverySchedule::on_answer(const Answer& answer, const Settings& settings) {
  if (answer.kind == Answer::Kind::failed) return on_failure(answer, settings);
  metrics_.deliveries.add();
  metrics_.events.add(delivery_->events);
  readers_.settle(*delivery_, answer.kind == Answer::Kind::forgot);
  if (!last_reason_.empty())
    logger_.info("hooks recovered: the receiver accepts deliveries: lost_events={}", delivery_->content.lost);
  last_reason_.clear();
  delivery_.reset();
  backoff_.reset();
  last_accepted_ = clock_.now();
}

void DeliverySchedule::on_failure(const Answer& answer, const Settings& settings) {
  metrics_.failures.add();
  if (answer.reason != last_reason_)
    logger_.warn("hooks failed: the delivery is repeated: error=\"{}\"", answer.reason);
  last_reason_ = answer.reason;
  const auto now = clock_.now();
  const auto asked = std::min(answer.retry_after.value_or(std::chrono::seconds(0)), retry_after_max);
  paused_until_ = now + std::max<std::chrono::milliseconds>(backoff_.next(), asked);
  if (*paused_until_ - first_attempt_ <= settings.retry_max) return;
  logger_.error(
      "hooks: a delivery is given up; all occupied topics will be sent again: id={} lost_events={} "
      "error=\"{}\"",
      delivery_->id, delivery_->content.stream_events.size(), answer.reason);
  readers_.give_up(*delivery_);
  delivery_.reset();
}

}  // namespace worker::hooks
