#include "api/request/caller.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "api/request/bearer.hpp"
#include "api/request/request_body.hpp"
#include "base/printable.hpp"

namespace worker::api {
namespace {

// As proxies, CDNs and tunnels send them.
using Header = std::pair<std::string_view, std::string_view>;
constexpr Header forwarding_headers[] = {
    {"x-forwarded-for", "X-Forwarded-For"},
    {"forwarded", "Forwarded"},
    {"x-real-ip", "X-Real-IP"},
    {"via", "Via"},
    {"cf-connecting-ip", "CF-Connecting-IP"},
    {"true-client-ip", "True-Client-IP"},
    {"x-forwarded-host", "X-Forwarded-Host"},
    {"x-forwarded-proto", "X-Forwarded-Proto"},
    {"x-forwarded-port", "X-Forwarded-Port"},
    {"x-forwarded-server", "X-Forwarded-Server"},
    {"x-forwarded", "X-Forwarded"},
    {"x-original-forwarded-for", "X-Original-Forwarded-For"},
    {"x-client-ip", "X-Client-IP"},
    {"x-cluster-client-ip", "X-Cluster-Client-IP"},
    {"fastly-client-ip", "Fastly-Client-IP"},
    {"fly-client-ip", "Fly-Client-IP"},
    {"x-envoy-external-address", "X-Envoy-External-Address"},
};

std::string_view forwarded_by(const http::Request& request) {
  const auto* const found = std::ranges::find_if(
      forwarding_headers, [&](const auto& header) { return request.headers.contains(header.first); });
  return found == std::end(forwarding_headers) ? std::string_view() : found->second;
}

// Takes a time that does not depend on where the two differ.
bool equal_in_constant_time(std::string_view given, std::string_view expected) {
  unsigned difference = given.size() == expected.size() ? 0 : 1;
  for (std::size_t i = 0; i < given.size(); ++i) {
    difference |= static_cast<unsigned>(given[i] ^ expected[i % expected.size()]);
  }
  return difference == 0;
}

// The host of `HOST[:PORT]`, without the brackets of an IPv6 address and without a final dot.
std::string_view host_name(std::string_view host) {
  if (host.starts_with('[')) return host.substr(1, std::min(host.find(']'), host.size()) - 1);
  host = host.substr(0, host.rfind(':'));
  if (host.ends_with('.')) host.remove_suffix(1);
  return host;
}

// An address in digits cannot be made to mean another machine, and nobody can own localhost (RFC 6761).
bool is_foreign(const http::Request& request, const AccessSettings& access, bool loopback) {
  const auto host = lower_case(request.header("host"));
  if (host.empty()) return false;
  if (request.headers.count("host") > 1) return true;
  if (access.origins.contains("https://" + host) || access.origins.contains("http://" + host)) return false;
  const auto name = host_name(host);
  if (name == "localhost" || name.ends_with(".localhost")) return false;
  if (!request.site_name.empty() && name == lower_case(request.site_name)) return false;
  using Kind = http::RemoteAddress::Kind;
  const auto kind = http::RemoteAddress::parse(name).kind();
  return kind != Kind::loopback && (loopback || kind != Kind::network);
}

// RFC 6454: `null`, or a scheme, `://`, a host and, unless it is the scheme's own, a port; as in Host.
bool is_same_origin(std::string_view origin, std::string_view host) {
  const auto end = origin.find("://");
  return end != std::string_view::npos && !host.empty() &&
         lower_case(origin.substr(end + 3)) == lower_case(host);
}

bool is_cross_site(const http::Request& request, const AccessSettings& access) {
  if (const auto origin = origin_of(request); origin && access.origins.contains(*origin)) return false;
  const auto [site, sites_end] = request.headers.equal_range("sec-fetch-site");
  if (site != sites_end) {
    return std::any_of(site, sites_end, [](const auto& header) {
      return header.second != "same-origin" && header.second != "none";
    });
  }
  if (!request.headers.contains("origin")) return false;
  const auto origin = origin_of(request);
  return !origin || !is_same_origin(*origin, request.header("host"));
}

}  // namespace

std::optional<std::string_view> origin_of(const http::Request& request) {
  const auto [first, end] = request.headers.equal_range("origin");
  if (first == end || std::next(first) != end) return std::nullopt;
  return first->second;
}

Caller caller_of(const http::Request& request, const AccessSettings& access) {
  Caller caller;
  caller.loopback = request.remote_address.is_loopback();
  caller.forwarded_by = forwarded_by(request);
  caller.cross_site = is_cross_site(request, access);
  caller.host = request.header("host");
  const bool browser = request.headers.contains("origin") || request.headers.contains("sec-fetch-site");
  caller.foreign_host = (caller.loopback || browser) && is_foreign(request, access, caller.loopback);
  caller.bearer = bearer_token(request).value_or("");
  return caller;
}

std::optional<std::string> doubt(const Caller& caller) {
  if (!caller.forwarded_by.empty())
    return fmt::format("This request was forwarded by a proxy ({})", caller.forwarded_by);
  if (caller.foreign_host) {
    return fmt::format("This request is for the host {}, which is no name of this machine",
                       base::printable(caller.host));
  }
  return std::nullopt;
}

std::optional<std::string> publishing_doubt(const Caller& caller) {
  if (auto reason = doubt(caller)) return reason;
  if (caller.cross_site) return "This request comes from a page of another origin";
  return std::nullopt;
}

bool is_key(std::string_view given, std::string_view key) {
  return !key.empty() && equal_in_constant_time(given, key);
}

}  // namespace worker::api
