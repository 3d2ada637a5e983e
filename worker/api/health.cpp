#include "api/health.hpp"

#include <nlohmann/json.hpp>

namespace worker::api {

HealthEndpoint::HealthEndpoint(const log::Log& log, const store::Store& store, const StreamSlots& slots,
                               const Access& access, const StatsSettings& stats)
    : log_(log), store_(store), slots_(slots), access_(access) {
  update(stats);
}

void HealthEndpoint::update(const StatsSettings& stats) {
  loopback_ = stats.readers != StatsSettings::Readers::nobody;
}

void HealthEndpoint::serve(http::Exchange& exchange) {
  const auto unavailable_reason = store_.unavailable_reason();
  nlohmann::ordered_json body = {{"status", unavailable_reason ? "unhealthy" : "ok"}};
  body["store"] = {{"status", unavailable_reason ? "unavailable" : "ok"}};
  if (access_.is_operator(exchange.request(), loopback_)) {
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
  if (const auto refused = access_.metrics_problem(exchange.request())) return exchange.answer(*refused);
  exchange.answer(http::plain_response("text/plain; version=0.0.4; charset=utf-8", registry_.text()));
}

}  // namespace worker::api
