// The grant that the web server passes in the FastCGI parameter SSE_GRANT: what the application has answered
// in the header X-Sse-Grant. Pure; from every thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "access/grant.hpp"
#include "base/result.hpp"

namespace worker::api {

struct GrantParameter {
  access::Grant grant;
  /// How long the client may come back without asking the application; none: each time it has to ask.
  std::optional<std::chrono::seconds> resume;
};

/// Parses `subscribe=TOPIC&publish=TOPIC&subject=NAME&expires=UNIX_SECONDS&control=1&resume=SECONDS`: a query
/// string, in which subscribe and publish may repeat and everything may be left out. Empty text is a grant of
/// nothing. Fails with a sentence for any other name, for a resume time of 0 or over a year, for more than
/// `topics_max` selectors in one list, for selectors that are not valid (log/topic.hpp), and for a subject
/// over 256 bytes or with control characters.
base::Result<GrantParameter, std::string> parse_grant_parameter(std::string_view text, std::size_t topics_max,
                                                                std::size_t topic_bytes_max);

}  // namespace worker::api
