// HttpRefusal: an answer over HTTP that is not that of a publish stream. Pure; from every thread.
#pragma once

#include <string>
#include <string_view>

#include "pipe/connection.hpp"

namespace worker::pipe {

/// Whether another attempt may succeed, and what the answer says. `content_type` may be empty. `body` may be
/// cut anywhere.
Ending http_refusal(long status, std::string_view content_type, const std::string& body);

}  // namespace worker::pipe
