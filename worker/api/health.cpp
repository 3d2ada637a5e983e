#include "api/health.hpp"

#include <nlohmann/json.hpp>

namespace worker::api {

void HealthEndpoint::serve(http::Exchange& exchange) {
  const auto journal = journal_.figures();
  const auto trouble = journal_.trouble();
  nlohmann::ordered_json body = {
      {"status", trouble ? "unwell" : "ok"},
      {"streams", slots_.used()},
      {"journal", {{"events", journal.events}, {"bytes", journal.bytes}, {"topics", journal.topics}}}};
  if (trouble) body["reason"] = "The journal keeps nothing at the moment: " + *trouble;
  const auto text = body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  if (!trouble) return exchange.answer(http::plain_response("application/json", text));
  exchange.answer(http::whole_response(503, "application/json", text, {{"Retry-After", "5"}}));
}

void MetricsEndpoint::serve(http::Exchange& exchange) {
  exchange.answer(http::plain_response("text/plain; version=0.0.4; charset=utf-8", registry_.text()));
}

}  // namespace worker::api
