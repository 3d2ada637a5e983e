// InvalidRequest: what is wrong with a request. Thrown by the functions that parse it, and caught where the
// parsing began.
#pragma once

#include <exception>
#include <optional>
#include <string>
#include <utility>

#include "metrics/limits.hpp"

namespace worker::api {

struct InvalidRequest : std::exception {
  explicit InvalidRequest(std::string sentence, std::optional<metrics::Limit> hit = {}, int status_code = 400)
      : detail(std::move(sentence)), status(status_code), limit(hit) {}
  const char* what() const noexcept override { return detail.c_str(); }

  /// One sentence that names the field.
  std::string detail;
  int status;  // 400, or 413 where it is too large
  std::optional<metrics::Limit> limit;
};

}  // namespace worker::api
