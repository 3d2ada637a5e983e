#include "api/access/metrics.hpp"

#include <fmt/format.h>

namespace worker::api {
namespace {

metrics::Counter& counter(metrics::Registry& registry, const char* reason) {
  return registry.counter("sse_worker_access_refusals_total",
                          "Requests refused because of their credential, by reason. Events that may not be "
                          "published are counted as rejected events.",
                          fmt::format("reason=\"{}\"", reason));
}

}  // namespace

AccessMetrics::AccessMetrics(metrics::Registry& registry)
    : missing(counter(registry, "missing")),
      invalid(counter(registry, "invalid")),
      expired(counter(registry, "expired")),
      not_granted(counter(registry, "not_granted")),
      revoked(counter(registry, "revoked")) {}

}  // namespace worker::api
