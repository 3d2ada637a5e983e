// What a Mercure subscriber asks for, in the names of both versions of the protocol. Pure; from every thread.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "http/query.hpp"
#include "log/selectors.hpp"

namespace worker::api {

/// The values of `topic` (0.x), which may be URI templates, and of `match`, `match_exact` (1.0), which are
/// names, and `match_urlpattern` (1.0), in their order; they point into `parameters`. Fails with a sentence:
/// there is none; a name that begins with `match` is another one; a topic is one of the worker's own, or has
/// characters that format text.
base::Result<std::vector<log::TypedSelector>, std::string> mercure_topics(const http::Query& parameters);

}  // namespace worker::api
