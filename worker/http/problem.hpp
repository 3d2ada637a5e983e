// Problems: every refusal as application/problem+json (RFC 9457). The one place where a refusal becomes HTTP.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "http/response.hpp"

namespace worker::http {

/// `detail` is one sentence that says what to change. `headers` go beside it, e.g. Allow or Retry-After.
Response problem(int status, const std::string& detail,
                 std::vector<std::pair<std::string, std::string>> headers = {});

}  // namespace worker::http
