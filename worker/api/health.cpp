#include "api/health.hpp"

namespace worker::api {

void HealthEndpoint::serve(http::Exchange& exchange) {
  exchange.answer(http::plain_response("application/json", "{\"status\":\"ok\"}\n"));
}

void MetricsEndpoint::serve(http::Exchange& exchange) {
  exchange.answer(http::plain_response("text/plain; version=0.0.4; charset=utf-8", registry_.text()));
}

}  // namespace worker::api
