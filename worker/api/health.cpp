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
  auto response = http::plain_response("application/json", body.dump() + "\n");
  if (trouble) response.head.status = 503;
  exchange.answer(response);
}

void MetricsEndpoint::serve(http::Exchange& exchange) {
  exchange.answer(http::plain_response("text/plain; version=0.0.4; charset=utf-8", registry_.text()));
}

}  // namespace worker::api
