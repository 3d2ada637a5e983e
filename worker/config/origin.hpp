// An origin, as an operator writes it and a browser sends it (RFC 6454).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace worker::config {

/// What to change in `text` so that it is an origin as browsers send it: `SCHEME://HOST` or
/// `SCHEME://HOST:PORT`, in lower case, without the scheme's own port and without a path. None where it is
/// one.
std::optional<std::string> origin_problem(std::string_view text);

}  // namespace worker::config
