#include "api/stats.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "api/stream/head.hpp"
#include "api/stream/refused_stream.hpp"
#include "base/printable.hpp"
#include "http/problem.hpp"
#include "sse/frame.hpp"

namespace worker::api {
namespace {

std::optional<std::string> refusal(StatsSettings::Readers readers, const http::RemoteAddress& address) {
  using Readers = StatsSettings::Readers;
  if (readers == Readers::anyone || (readers == Readers::loopback && address.is_loopback()))
    return std::nullopt;
  if (readers == Readers::nobody) return "topic: $stats is disabled by stats.allowed in the configuration";
  return fmt::format(
      "topic: $stats is allowed only from the worker's own machine, and this request comes from {}; the "
      "operator can change stats.allowed in the configuration",
      address.text().empty() ? "an unknown address (the web server sends no REMOTE_ADDR)"
                             : base::printable(address.text()));
}

}  // namespace

class StatsEndpoint::Stream final : public http::Source, public Hook {
 public:
  Stream(http::Exchange& exchange, StreamSlots::Slot slot) : exchange_(exchange), slot_(std::move(slot)) {}

  /// Once each. A reader who has not taken the last one gets a later one: these are figures of a moment, and
  /// nothing piles up.
  void tell(const StatsFeed::Event& event) {
    if (event.number == told_ || !exchange_.ready()) return;
    told_ = event.number;
    exchange_.send(event.wire);
  }
  void end_after(net::Timers& timers, metrics::Limits& limits, std::chrono::milliseconds time) {
    lifetime_.emplace(timers, [this, &limits] {
      limits.count(metrics::Limit::lifetime);
      exchange_.finish();
    });
    lifetime_->arm_in(time);
  }
  void drain(std::chrono::milliseconds retry) override {
    std::string last;
    sse::append_retry(last, retry);
    exchange_.finish(last);
  }

 private:
  http::Exchange& exchange_;
  const StreamSlots::Slot slot_;
  std::uint64_t told_ = 0;
  std::optional<net::Timer> lifetime_;  // only where lifetimes are limited
};

StatsEndpoint::StatsEndpoint(net::Timers& timers, base::Random& random, StreamSlots& slots, StatsFeed& feed,
                             const StreamSettings& streams, const StatsSettings& settings,
                             metrics::Limits& limits)
    : timers_(timers), random_(random), slots_(slots), feed_(feed), limits_(limits), timer_(timers, [this] {
        send_to_all();
      }) {
  update(streams, settings);
}

void StatsEndpoint::update(const StreamSettings& streams, const StatsSettings& settings) {
  streams_ = streams;
  settings_ = settings;
  feed_.set_interval(settings.interval);
}

void StatsEndpoint::serve(http::Exchange& exchange) {
  const auto& request = exchange.request();
  if (const auto refused = refusal(settings_.readers, request.remote_address))
    return exchange.answer(http::problem(403, *refused));
  auto slot = slots_.take(request.remote_address, timers_.now());
  if (!slot) return exchange.answer(refused_stream(slot.error(), streams_, random_, limits_));
  auto source = std::make_unique<Stream>(exchange, std::move(slot).value());
  auto& stream = *source;
  exchange.open(stream_head());
  exchange.keep(std::move(source));
  exchange.write(stream_opening(streams_, random_));
  stream.tell(feed_.first());
  if (streams_.lifetime.count() > 0) {
    stream.end_after(timers_, limits_, random_.between(streams_.lifetime * 4 / 5, streams_.lifetime));
  }
  open_.push_back(stream);
  // Where it is armed already, others of this loop may still wait for the event that this reader has just
  // got.
  if (!timer_.armed()) timer_.arm(feed_.due());
}

void StatsEndpoint::send_to_all() {
  if (open_.empty()) return;
  const auto event = feed_.current();
  for (auto next = open_.begin(); next != open_.end();) {
    // Skips readers who have this event already.
    if (timers_.turn().is_over()) return timer_.arm(timers_.now());
    static_cast<Stream&>(*next++).tell(event);
  }
  timer_.arm(feed_.due());
}

}  // namespace worker::api
