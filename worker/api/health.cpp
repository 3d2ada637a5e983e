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
  return (loopback_ && request.remote_address.is_loopback()) || has_key(request, key_);
}

void HealthEndpoint::serve(http::Exchange& exchange) {
  const auto trouble = store_.trouble();
  nlohmann::ordered_json body = {{"status", trouble ? "unwell" : "ok"}};
  nlohmann::ordered_json journal = {{"status", trouble ? "unavailable" : "ok"}};
  if (is_operator(exchange.request())) {
    const auto figures = log_.figures();
    body["streams"] = slots_.used();
    journal["events"] = figures.events;
    journal["bytes"] = figures.bytes;
    journal["topics"] = figures.topics;
    if (trouble) body["reason"] = "The journal cannot store events: " + *trouble;
  }
  body["journal"] = std::move(journal);
  const auto text = body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  if (!trouble) return exchange.answer(http::plain_response("application/json", text));
  exchange.answer(http::whole_response(503, "application/json", text, {{"Retry-After", "5"}}));
}

void MetricsEndpoint::serve(http::Exchange& exchange) {
  exchange.answer(http::plain_response("text/plain; version=0.0.4; charset=utf-8", registry_.text()));
}

}  // namespace worker::api
