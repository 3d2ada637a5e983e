// TopicUrl: a topic as a URL, in the canonical form of the WHATWG's URL standard, for URL patterns. A value.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace worker::log {

/// What relative topics and URL patterns are resolved against where the address of the hub is not known. The
/// name of the host exists nowhere (RFC 2606).
inline constexpr std::string_view unknown_address = "http://mercure.invalid/";

/// The components of a URL, in their order. The protocol is without the colon, the search without the
/// question mark, the hash without its sign.
enum class UrlComponent : std::uint8_t {
  protocol,
  username,
  password,
  hostname,
  port,
  pathname,
  search,
  hash
};
inline constexpr std::size_t url_components = 8;

class TopicUrl {
 public:
  /// `text` is valid UTF-8 without control characters; a relative one is resolved against `base`, if there is
  /// one. None if it is no URL. Hosts with characters beyond ASCII are not supported: write them in Punycode.
  static std::optional<TopicUrl> parse(std::string_view text, const TopicUrl* base);

  std::string_view component(UrlComponent which) const;
  /// All components, each with a line end behind it; no component has one.
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::array<std::uint32_t, url_components> ends_{};  // of the components, in the text
};

/// http, https, ws, wss, ftp and file: their URLs have a host and a path with slashes.
bool is_special_protocol(std::string_view protocol);
/// `443` of https; empty where there is none.
std::string_view default_port(std::string_view protocol);
/// `text` as it stands in that component of a URL: with escapes for characters that are not allowed there, a
/// host in lower case. None if it cannot stand there.
std::optional<std::string> canonical_url_text(UrlComponent which, std::string_view text, bool special);

}  // namespace worker::log
