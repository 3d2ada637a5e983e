#include "api/health.hpp"

#include <nlohmann/json.hpp>

#include "api/request/caller.hpp"

namespace worker::api {

HealthEndpoint::HealthEndpoint(const log::Log& log, const store::Store& store, const StreamSlots& slots,
                               const PublishSettings& publish, const StatsSettings& stats)
    : log_(log), store_(store), slots_(slots) {
  update(publish, stats);
}

void HealthEndpoint::update(const PublishSettings& publish, const StatsSettings& stats) {
  key_ = publish.key;
  loopback_ = stats.readers != StatsSettings::Readers::nobody;
}

bool HealthEndpoint::is_operator(const http::Request& request) const {
  return (loopback_ && request.remote_address.is_loopback()) || has_bearer_key(request, key_);
}

void HealthEndpoint::serve(http::Exchange& exchange) {
  const auto unavailable_reason = store_.unavailable_reason();
  nlohmann::ordered_json body = {{"status", unavailable_reason ? "unhealthy" : "ok"}};
  body["store"] = {{"status", unavailable_reason ? "unavailable" : "ok"}};
  if (is_operator(exchange.request())) {
    const auto stats = log_.stats();
    body["streams"] = slots_.used();
    body["history"] = {{"events", stats.events}, {"bytes", stats.bytes}, {"topics", stats.topics}};
    if (unavailable_reason) body["reason"] = "The store is unavailable: " + *unavailable_reason;
  }
  const auto text = body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  if (!unavailable_reason) return exchange.answer(http::plain_response("application/json", text));
  exchange.answer(http::full_response(503, "application/json", text, {{"Retry-After", "5"}}));
}

void MetricsEndpoint::serve(http::Exchange& exchange) {
  exchange.answer(http::plain_response("text/plain; version=0.0.4; charset=utf-8", registry_.text()));
}

}  // namespace worker::api
