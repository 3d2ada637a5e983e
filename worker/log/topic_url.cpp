#include "log/topic_url.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/number.hpp"
#include "base/percent.hpp"
#include "log/url_host.hpp"

namespace worker::log {
namespace {

struct Scheme {
  std::string_view name, port;
};
constexpr Scheme special_schemes[] = {{"http", "80"}, {"https", "443"}, {"ws", "80"},
                                      {"wss", "443"}, {"ftp", "21"},    {"file", ""}};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_scheme(std::string_view text) {
  return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, [](char c) {
    return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
  });
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (auto& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  return lower;
}

// The sets of the standard, without the control characters and those beyond ASCII, which all of them have.
std::string_view escaped_in(UrlComponent which, bool special) {
  switch (which) {
    case UrlComponent::username:
    case UrlComponent::password:
      return " \"#<>?`{}/:;=@[\\]^|";
    case UrlComponent::pathname:
      return " \"#<>?`{}^";
    case UrlComponent::search:
      return special ? " \"#<>'" : " \"#<>";
    case UrlComponent::hash:
      return " \"<>`";
    default:
      return "";
  }
}

std::string escaped(std::string_view text, std::string_view also) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string all;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte > 0x7e || also.find(c) != std::string_view::npos) {
      all.append({'%', digits[byte >> 4U], digits[byte & 15U]});
    } else {
      all.push_back(c);
    }
  }
  return all;
}

// `127.0.0.1`; the other spellings of such an address are refused.
bool is_ipv4(const std::string& host) {
  in_addr address{};
  return inet_pton(AF_INET, host.c_str(), &address) == 1;
}

std::optional<std::string> canonical_host(std::string_view text, bool special) {
  if (text.starts_with('[')) {
    if (!text.ends_with(']')) return std::nullopt;
    in6_addr address{};
    char canonical[INET6_ADDRSTRLEN];
    if (inet_pton(AF_INET6, std::string(text.substr(1, text.size() - 2)).c_str(), &address) != 1)
      return std::nullopt;
    return '[' + std::string(inet_ntop(AF_INET6, &address, canonical, sizeof canonical)) + ']';
  }
  constexpr std::string_view forbidden = " #/:<>?@[\\]^|";
  if (!special) {
    if (text.find_first_of(forbidden) != std::string_view::npos) return std::nullopt;
    return escaped(text, "");
  }
  std::string host;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = base::percent_escape(text, i);
    host.push_back(byte.value_or(text[i]));
    if (byte) i += base::percent_escape_bytes - 1;
  }
  host = lower_case(host);
  const auto wrong = [&](char c) {
    return c <= ' ' || c >= 0x7f || c == '%' || forbidden.find(c) != std::string_view::npos;
  };
  if (std::ranges::any_of(host, wrong)) return std::nullopt;
  // A host that ends in a number is an address.
  auto label = std::string_view(host);
  if (label.ends_with('.')) label.remove_suffix(1);
  label.remove_prefix(label.rfind('.') + 1);
  if (!label.empty() && std::ranges::all_of(label, is_digit) && !is_ipv4(host)) return std::nullopt;
  return host;
}

bool is_dot(std::string_view segment) { return segment == "." || lower_case(segment) == "%2e"; }
bool is_double_dot(std::string_view segment) {
  const auto lower = lower_case(segment);
  return lower == ".." || lower == ".%2e" || lower == "%2e." || lower == "%2e%2e";
}

// With dot segments resolved. `base` is the path that a relative one is resolved against.
std::string canonical_path(std::string_view path, std::string_view base, bool special) {
  const std::string_view slashes = special ? "/\\" : "/";
  const auto is_slash = [&](char c) { return slashes.find(c) != std::string_view::npos; };
  std::vector<std::string> segments;
  if (!path.empty() && is_slash(path.front())) {
    path.remove_prefix(1);
  } else {
    // All but the last segment of the base.
    for (base = base.substr(std::min<std::size_t>(1, base.size())); base.find('/') != std::string_view::npos;
         base.remove_prefix(base.find('/') + 1))
      segments.emplace_back(base.substr(0, base.find('/')));
  }
  for (bool more = true; more;) {
    const auto end = path.find_first_of(slashes);
    more = end != std::string_view::npos;
    const auto segment = path.substr(0, end);
    if (is_double_dot(segment)) {
      if (!segments.empty()) segments.pop_back();
      if (!more) segments.emplace_back();
    } else if (is_dot(segment)) {
      if (!more) segments.emplace_back();
    } else {
      segments.push_back(escaped(segment, escaped_in(UrlComponent::pathname, special)));
    }
    if (more) path.remove_prefix(end + 1);
  }
  std::string canonical;
  for (const auto& segment : segments) canonical.append("/").append(segment);
  return canonical;
}

using Parts = std::array<std::string, url_components>;
std::string& part(Parts& parts, UrlComponent which) { return parts[static_cast<std::size_t>(which)]; }

// `user:password@host:port`
bool parse_authority(Parts& parts, std::string_view authority, bool special) {
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
    const auto who = authority.substr(0, at);
    const auto colon = who.find(':');
    part(parts, UrlComponent::username) =
        escaped(who.substr(0, colon), escaped_in(UrlComponent::username, special));
    if (colon != std::string_view::npos) {
      part(parts, UrlComponent::password) =
          escaped(who.substr(colon + 1), escaped_in(UrlComponent::password, special));
    }
    authority.remove_prefix(at + 1);
  }
  const auto bracket = authority.rfind(']');
  if (const auto colon = authority.rfind(':');
      colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    const auto digits = authority.substr(colon + 1);
    const auto number = base::parse_number<std::uint16_t>(digits);
    if (!digits.empty() && !number) return false;
    if (number) part(parts, UrlComponent::port) = std::to_string(*number);
    if (part(parts, UrlComponent::port) == default_port(part(parts, UrlComponent::protocol)))
      part(parts, UrlComponent::port).clear();
    authority = authority.substr(0, colon);
  }
  auto host = canonical_host(authority, special);
  if (!host || (special && host->empty() && part(parts, UrlComponent::protocol) != "file")) return false;
  part(parts, UrlComponent::hostname) = std::move(*host);
  return true;
}

// Fills the components up to the path from `text`, which has no search or hash.
bool parse_hierarchy(Parts& parts, std::string_view text, const TopicUrl* base, bool& keeps_search) {
  std::string_view protocol = text.substr(0, text.find(':'));
  const bool absolute = protocol.size() < text.size() && is_scheme(protocol);
  if (absolute) text.remove_prefix(protocol.size() + 1);
  part(parts, UrlComponent::protocol) =
      absolute ? lower_case(protocol) : std::string(base ? base->component(UrlComponent::protocol) : "");
  const bool special = is_special_protocol(part(parts, UrlComponent::protocol));
  const auto slash = [&](std::size_t at) {
    return at < text.size() && (text[at] == '/' || (special && text[at] == '\\'));
  };
  const bool relative =
      !absolute || (special && !(slash(0) && slash(1)) && base != nullptr &&
                    part(parts, UrlComponent::protocol) == base->component(UrlComponent::protocol));
  if (relative && base == nullptr) return false;
  if (absolute && !special && !slash(0)) {
    part(parts, UrlComponent::pathname) = escaped(text, "");  // opaque: `urn:x`
    return true;
  }
  if ((slash(0) && slash(1)) || (special && !relative)) {
    while (!text.empty() && slash(0) && (special || text.starts_with("//"))) {
      text.remove_prefix(1);
      if (!special) {
        text.remove_prefix(1);
        break;
      }
    }
    const auto end = text.find_first_of(special ? "/\\" : "/");
    if (!parse_authority(parts, text.substr(0, end), special)) return false;
    text = end == std::string_view::npos ? std::string_view() : text.substr(end);
    part(parts, UrlComponent::pathname) = text.empty() && !special ? "" : canonical_path(text, "", special);
    return true;
  }
  std::string_view base_path = "/";
  if (relative) {
    base_path = base->component(UrlComponent::pathname);
    if (!base_path.starts_with('/')) return false;  // nothing is relative to an opaque path
    for (const auto each :
         {UrlComponent::username, UrlComponent::password, UrlComponent::hostname, UrlComponent::port})
      part(parts, each) = base->component(each);
  }
  keeps_search = relative && text.empty();
  part(parts, UrlComponent::pathname) =
      keeps_search ? std::string(base_path) : canonical_path(text, base_path, special);
  return true;
}

}  // namespace

bool is_special_protocol(std::string_view protocol) {
  return std::ranges::find(special_schemes, protocol, &Scheme::name) != std::end(special_schemes);
}

std::string_view default_port(std::string_view protocol) {
  const auto* found = std::ranges::find(special_schemes, protocol, &Scheme::name);
  return found == std::end(special_schemes) ? std::string_view() : found->port;
}

std::optional<std::string> canonical_url_text(UrlComponent which, std::string_view text, bool special) {
  if (which == UrlComponent::protocol) {
    if (!text.empty() && !is_scheme(text)) return std::nullopt;
    return lower_case(text);
  }
  // A piece of a host, so neither whether it is an address nor its end is looked at.
  if (which == UrlComponent::hostname) {
    const auto wrong = [](char c) {
      return c <= ' ' || c >= 0x7f || std::string_view("#%/:<>?@[\\]^|").find(c) != std::string_view::npos;
    };
    if (std::ranges::any_of(text, wrong)) return std::nullopt;
    return lower_case(text);
  }
  if (which == UrlComponent::port) {
    if (text.empty()) return std::string();
    const auto number = base::parse_number<std::uint16_t>(text);
    return number ? std::optional(std::to_string(*number)) : std::nullopt;
  }
  return escaped(text, escaped_in(which, special));
}

std::optional<std::string> canonical_ipv6_text(std::string_view text) {
  constexpr std::string_view allowed = "0123456789abcdef[]:";
  auto lower = lower_case(text);
  if (lower.find_first_not_of(allowed) != std::string::npos) return std::nullopt;
  return lower;
}

std::optional<std::string> canonical_url_host(std::string_view text) { return canonical_host(text, true); }

std::optional<TopicUrl> TopicUrl::parse(std::string_view text, const TopicUrl* base) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  Parts parts;
  const auto hash = text.find('#');
  const auto search = text.substr(0, hash).find('?');
  bool keeps_search = false;
  if (!parse_hierarchy(parts, text.substr(0, std::min(search, hash)), base, keeps_search))
    return std::nullopt;
  const bool special = is_special_protocol(part(parts, UrlComponent::protocol));
  if (search != std::string_view::npos) {
    part(parts, UrlComponent::search) =
        escaped(text.substr(search + 1, hash == std::string_view::npos ? hash : hash - search - 1),
                escaped_in(UrlComponent::search, special));
  } else if (keeps_search) {
    part(parts, UrlComponent::search) = base->component(UrlComponent::search);
  }
  if (hash != std::string_view::npos)
    part(parts, UrlComponent::hash) = escaped(text.substr(hash + 1), escaped_in(UrlComponent::hash, special));
  TopicUrl url;
  for (std::size_t i = 0; i < url_components; ++i) {
    url.text_ += parts[i];
    url.ends_[i] = static_cast<std::uint32_t>(url.text_.size());
    url.text_ += '\n';
  }
  return url;
}

std::string_view TopicUrl::component(UrlComponent which) const {
  const auto index = static_cast<std::size_t>(which);
  const std::size_t begin = index == 0 ? 0 : ends_[index - 1] + 1;
  return std::string_view(text_).substr(begin, ends_[index] - begin);
}

}  // namespace worker::log
