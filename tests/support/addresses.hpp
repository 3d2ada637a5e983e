// Addresses of readers, for tests that count them.
#pragma once

#include <fmt/format.h>

#include <string>

#include "http/remote_address.hpp"

namespace worker::support {

inline http::RemoteAddress address(const std::string& text) { return http::RemoteAddress::parse(text); }

/// One of 65,536 IPv4 addresses.
inline http::RemoteAddress ipv4(int n) { return address(fmt::format("198.18.{}.{}", n >> 8, n & 255)); }

/// Host `host` in network `network` of 65,536 of the site `site` of 65,536.
inline http::RemoteAddress ipv6(int site, int network, int host = 1) {
  return address(fmt::format("2001:db8:{:x}:{:x}::{:x}", site, network, host));
}

}  // namespace worker::support
