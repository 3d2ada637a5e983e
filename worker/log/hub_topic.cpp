#include "log/hub_topic.hpp"

#include <string>

#include "base/percent.hpp"

namespace worker::log {
namespace {

constexpr std::string_view hub_path = "/.well-known/mercure";

// Without the escapes that an address does not need (RFC 3986, section 6.2.2.2).
std::string unescaped(std::string_view path) {
  std::string plain;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const auto byte = base::percent_escape(path, i);
    const bool unreserved = byte && ((*byte >= 'a' && *byte <= 'z') || (*byte >= 'A' && *byte <= 'Z') ||
                                     (*byte >= '0' && *byte <= '9') ||
                                     std::string_view("-._~").find(*byte) != std::string_view::npos);
    plain.push_back(unreserved ? *byte : path[i]);
    if (unreserved) i += base::percent_escape_bytes - 1;
  }
  return plain;
}

}  // namespace

bool is_hub_topic(std::string_view name, const TopicUrl& base) {
  // Most names need no more: this is called for each that is published.
  constexpr auto none = std::string_view::npos;
  if (name.find("mercure") == none && name.find('%') == none && name.find_first_of("?# ") != 0) return false;
  const auto url = TopicUrl::parse(name, &base);
  if (!url) return false;
  const auto path = unescaped(url->component(UrlComponent::pathname));
  return path.starts_with(hub_path) && (path.size() == hub_path.size() || path[hub_path.size()] == '/');
}

bool is_hub_topic(std::string_view name) {
  if (name.find(hub_path) != std::string_view::npos) return true;
  // Only in another spelling, then.
  if (name.find("mercure") == std::string_view::npos && name.find('%') == std::string_view::npos)
    return false;
  return is_hub_topic(name, *TopicUrl::parse(unknown_address, nullptr));
}

}  // namespace worker::log
