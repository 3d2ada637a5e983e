#include "api/greeting.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "api/stream/head.hpp"
#include "api/stream/refused_stream.hpp"
#include "base/iso_time.hpp"
#include "sse/frame.hpp"
#include "sse/reserved_types.hpp"

namespace worker::api {
namespace {

class Greeting final : public http::Source {
 public:
  Greeting(http::Exchange& exchange, net::Timers& timers, std::shared_ptr<const GreetingSettings> settings,
           StreamSlots::Slot slot)
      : exchange_(exchange),
        timers_(timers),
        settings_(std::move(settings)),
        slot_(std::move(slot)),
        end_(timers.now() + settings_->duration),
        next_(timers.now()),
        timer_(timers, [this] { on_time(); }) {}

  void begin(std::string opening) {
    sse::append_event(opening, greeting());
    exchange_.write(opening);
    arm_next();
  }

  void drain(std::chrono::milliseconds retry) override {
    std::string last;
    sse::append_retry(last, retry);
    exchange_.finish(last);
  }

 private:
  void on_time() {
    std::string frame;
    if (timers_.now() >= end_) {
      sse::append_event(frame, {.data = "{}", .type = std::string(sse::close_type)});
      return exchange_.finish(frame);
    }
    // A reader who has not taken the last one gets a later one: nothing piles up.
    if (exchange_.ready()) {
      sse::append_event(frame, greeting());
      exchange_.write(frame);
    }
    arm_next();
  }

  // From the planned time, not from now: a late turn must not shift all that follow.
  void arm_next() {
    next_ = std::min(next_ + settings_->interval, end_);
    timer_.arm(next_);
  }

  sse::Event greeting() const {
    const nlohmann::ordered_json data = {{"message", settings_->message},
                                         {"timestamp", base::iso_time(timers_.wall())}};
    // An operator's message that is not UTF-8 is shown with replacement marks rather than thrown on.
    return {.data = data.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace)};
  }

  http::Exchange& exchange_;
  net::Timers& timers_;
  const std::shared_ptr<const GreetingSettings> settings_;
  const StreamSlots::Slot slot_;
  const base::Instant end_;
  base::Instant next_;
  net::Timer timer_;
};

}  // namespace

GreetingEndpoint::GreetingEndpoint(net::Timers& timers, base::Random& random, StreamSlots& slots,
                                   const StreamSettings& streams, const GreetingSettings& settings,
                                   metrics::Limits& limits)
    : timers_(timers),
      random_(random),
      slots_(slots),
      limits_(limits),
      streams_(streams),
      settings_(std::make_shared<const GreetingSettings>(settings)) {}

void GreetingEndpoint::update(const StreamSettings& streams, const GreetingSettings& settings) {
  streams_ = streams;
  settings_ = std::make_shared<const GreetingSettings>(settings);
}

void GreetingEndpoint::serve(http::Exchange& exchange) {
  auto slot = slots_.take(exchange.request().remote_address, timers_.now());
  if (!slot) return exchange.answer(refused_stream(slot.error(), streams_, random_, limits_));
  exchange.open(stream_head());
  auto greeting = std::make_unique<Greeting>(exchange, timers_, settings_, std::move(slot).value());
  auto& begun = *greeting;
  exchange.keep(std::move(greeting));
  auto opening = stream_opening(streams_, random_);
  // A reader who wrote `channel=a` would not know why a greeting comes.
  if (const auto& asked = exchange.request(); !asked.query.pairs().empty() || !asked.body.empty())
    sse::append_comment(opening, "the request has no topic, so this is the greeting stream; add topic=NAME");
  begun.begin(std::move(opening));
}

}  // namespace worker::api
