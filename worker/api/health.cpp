#include "api/health.hpp"

#include <nlohmann/json.hpp>

namespace worker::api {

void HealthEndpoint::serve(http::Exchange& exchange) {
  const auto journal = journal_.figures();
  const nlohmann::ordered_json body = {
      {"status", "ok"},
      {"streams", slots_.used()},
      {"journal", {{"events", journal.events}, {"bytes", journal.bytes}, {"topics", journal.topics}}}};
  exchange.answer(http::plain_response("application/json", body.dump() + "\n"));
}

void MetricsEndpoint::serve(http::Exchange& exchange) {
  exchange.answer(http::plain_response("text/plain; version=0.0.4; charset=utf-8", registry_.text()));
}

}  // namespace worker::api
