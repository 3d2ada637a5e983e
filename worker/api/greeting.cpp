#include "api/greeting.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/iso_time.hpp"
#include "sse/frame.hpp"

namespace worker::api {
namespace {

sse::Event greeting(const GreetingSettings& settings, base::WallTime time) {
  const nlohmann::ordered_json data = {{"message", settings.message}, {"timestamp", base::iso_time(time)}};
  // Bytes of the configured message that are not UTF-8 become replacement characters.
  return {.data = data.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace)};
}

// Its first greeting has been sent when it begins.
class GreetingStream final : public Stream {
 public:
  GreetingStream(StreamStart start, net::Timers& timers, std::shared_ptr<const GreetingSettings> settings)
      : Stream(std::move(start)),
        timers_(timers),
        settings_(std::move(settings)),
        end_(timers.now() + settings_->duration),
        next_(timers.now()),
        timer_(timers, [this] { on_time(); }) {
    arm_next();
  }

 private:
  void on_time() {
    if (timers_.now() >= end_) return close();
    // A client that has not read the last greeting gets a later one, so that none wait in memory.
    if (exchange_.ready()) {
      std::string frame;
      sse::append_event(frame, greeting(*settings_, timers_.wall()));
      exchange_.write(frame);
    }
    arm_next();
  }

  // From the planned time, not from now: a late turn must not shift all that follow.
  void arm_next() {
    next_ = std::min(next_ + settings_->interval, end_);
    timer_.arm(next_);
  }

  net::Timers& timers_;
  const std::shared_ptr<const GreetingSettings> settings_;
  const base::Instant end_;
  base::Instant next_;
  net::Timer timer_;
};

}  // namespace

GreetingEndpoint::GreetingEndpoint(StreamContext& streams, const GreetingSettings& settings)
    : streams_(streams), settings_(std::make_shared<const GreetingSettings>(settings)) {}

void GreetingEndpoint::update(const GreetingSettings& settings) {
  settings_ = std::make_shared<const GreetingSettings>(settings);
}

void GreetingEndpoint::serve(http::Exchange& exchange) {
  auto slot = streams_.take_slot(exchange, Delivery::stream);
  if (!slot) return;
  std::string first;
  // Somebody who sends `channel=a` would not know why greetings come.
  if (const auto& request = exchange.request(); !request.query.pairs().empty() || !request.body.empty())
    sse::append_comment(first, "the request has no topic, so this is the greeting stream; add topic=NAME");
  auto& timers = streams_.timers();
  sse::append_event(first, greeting(*settings_, timers.wall()));
  streams_.begin_stream<GreetingStream>(exchange, std::move(*slot), {}, {.first = first}, timers, settings_);
}

}  // namespace worker::api
