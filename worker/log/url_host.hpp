// UrlHost: the text of a URL's host in the canonical form of the WHATWG's URL standard, for URL patterns.
// Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace worker::log {

/// A whole host of a special protocol, which is perhaps an address of IPv4. None if it is none.
std::optional<std::string> canonical_url_host(std::string_view text);

/// A piece of a host in brackets, an address of IPv6: it has those, digits and colons alone. None if it has
/// anything else.
std::optional<std::string> canonical_ipv6_text(std::string_view text);

}  // namespace worker::log
