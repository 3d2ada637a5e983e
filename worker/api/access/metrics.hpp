// What is counted of access. References into the registry; usable from every thread.
#pragma once

#include "metrics/registry.hpp"

namespace worker::api {

struct AccessMetrics {
  explicit AccessMetrics(metrics::Registry& registry);

  metrics::Counter& missing;      // a credential is needed, and the request has none
  metrics::Counter& invalid;      // the credential is wrong
  metrics::Counter& expired;      // it was valid once
  metrics::Counter& not_granted;  // it does not cover what the request asks for
  metrics::Counter& revoked;      // the operator has revoked its subject
};

}  // namespace worker::api
