#include "target.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>

#include <memory>
#include <stdexcept>

#include "response_decoder.hpp"

namespace sse::bench {
namespace {

sockaddr_in resolve(const std::string& host, const std::string& port) {
  addrinfo wanted{};
  wanted.ai_family = AF_INET;
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(host.c_str(), port.c_str(), &wanted, &found); error != 0) {
    throw std::invalid_argument(fmt::format("{}:{}: {}", host, port, gai_strerror(error)));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(found, freeaddrinfo);
  return *reinterpret_cast<const sockaddr_in*>(owned->ai_addr);
}

// The request line and the host.
std::string beginning(std::string_view method, const Target& target, std::string_view query) {
  return fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", method, path_of(target, query), target.authority);
}

}  // namespace

Target parse_target(std::string_view url, const std::string& protocol) {
  constexpr std::string_view local = "unix:";
  if (url.starts_with(local)) return {.address = std::string(url.substr(local.size()))};
  constexpr std::string_view plain = "http://";
  constexpr std::string_view encrypted = "https://";
  const bool tls = url.starts_with(encrypted);
  if (!tls && !url.starts_with(plain))
    throw std::invalid_argument(fmt::format("{}: only http:// and https:// are spoken here", url));
  const std::string_view rest = url.substr(tls ? encrypted.size() : plain.size());
  const std::string_view authority = rest.substr(0, rest.find('/'));
  const std::string_view path = authority.size() == rest.size() ? "/" : rest.substr(authority.size());
  const auto colon = authority.find(':');
  const std::string_view port =
      colon != std::string_view::npos ? authority.substr(colon + 1) : (tls ? "443" : "80");
  Target target;
  target.address = resolve(std::string(authority.substr(0, colon)), std::string(port));
  if (tls) target.tls = std::make_shared<const TlsContext>(protocol);
  target.authority = authority;
  target.path = path;
  return target;
}

std::string path_of(const Target& target, std::string_view query) {
  std::string path = target.path;
  if (!query.empty()) path.append(path.find('?') == std::string::npos ? "?" : "&").append(query);
  return path;
}

std::string host_of(const Target& target) { return target.authority.substr(0, target.authority.find(':')); }

std::string stream_request(const Target& target, std::string_view query, std::string_view cursor) {
  std::string request = beginning("GET", target, query) + "Accept: text/event-stream\r\n";
  if (!cursor.empty()) request += fmt::format("Last-Event-ID: {}\r\n", cursor);
  return request += "\r\n";
}

std::string websocket_request(const Target& target, std::string_view query) {
  return beginning("GET", target, query) +
         fmt::format(
             "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
             "{}\r\n\r\n",
             websocket_key);
}

std::string poll_request(const Target& target, std::string_view query, std::string_view cursor) {
  std::string whole(query);
  if (!cursor.empty()) whole += fmt::format("{}lastEventId={}", whole.empty() ? "" : "&", cursor);
  return beginning("GET", target, whole) + "Accept: application/json\r\n\r\n";
}

std::string post_head(const Target& target, std::string_view query, std::string_view content_type) {
  return beginning("POST", target, query) +
         fmt::format("Content-Type: {}\r\nTransfer-Encoding: chunked\r\n\r\n", content_type);
}

std::string post_request(const Target& target, std::string_view query, std::string_view content_type,
                         std::string_view body) {
  return beginning("POST", target, query) +
         fmt::format("Content-Type: {}\r\nContent-Length: {}\r\n\r\n{}", content_type, body.size(), body);
}

SourceAddresses::SourceAddresses(const std::vector<std::string>& dotted) {
  for (const std::string& text : dotted) {
    in_addr address{};
    if (inet_pton(AF_INET, text.c_str(), &address) != 1) {
      throw std::invalid_argument(fmt::format("{}: not an IPv4 address", text));
    }
    addresses_.push_back(address);
  }
}

std::optional<in_addr> SourceAddresses::next() noexcept {
  if (addresses_.empty()) return std::nullopt;
  return addresses_[turn_++ % addresses_.size()];
}

}  // namespace sse::bench
