// Target: where the streams are opened, and from which local addresses. Values, parsed once from the command
// line.
#pragma once

#include <netinet/in.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "socket.hpp"
#include "tls_session.hpp"

namespace sse::bench {

struct Target {
  Address address;
  /// None over plain HTTP.
  std::shared_ptr<const TlsContext> tls;
  /// HOST[:PORT], as it was given.
  std::string authority;
  /// With its query, if it has one.
  std::string path;

  bool is_local_socket() const noexcept { return std::holds_alternative<std::string>(address); }
};

/// `http://HOST[:PORT][/PATH]` or `https://…`, IPv4; `protocol`: what TLS has to agree on (ALPN), or empty.
/// Or `unix:PATH`. Throws std::invalid_argument with a sentence for the user.
Target parse_target(std::string_view url, const std::string& protocol = {});

/// The target's path with `query` added to its own.
std::string path_of(const Target& target, std::string_view query);
/// HOST without the port.
std::string host_of(const Target& target);

/// The request for a stream as it goes over the wire. `query` is added to the target's own; `cursor` becomes
/// Last-Event-ID; either may be empty.
std::string stream_request(const Target& target, std::string_view query, std::string_view cursor);
/// The same for the upgrade to a WebSocket, which knows no cursor.
std::string websocket_request(const Target& target, std::string_view query);
/// The same for a poll; `cursor` becomes lastEventId.
std::string poll_request(const Target& target, std::string_view query, std::string_view cursor);
/// The head of a request whose body is chunked and comes later.
std::string post_head(const Target& target, std::string_view query, std::string_view content_type);
std::string post_request(const Target& target, std::string_view query, std::string_view content_type,
                         std::string_view body);

/// The local addresses in turn; none when none were given, then the kernel chooses. One address has about
/// 28,000 ports towards one server, and a port that was closed here rests for a while.
class SourceAddresses {
 public:
  SourceAddresses() = default;
  /// Dotted IPv4 addresses. Throws std::invalid_argument.
  explicit SourceAddresses(const std::vector<std::string>& dotted);

  std::optional<in_addr> next() noexcept;

 private:
  std::vector<in_addr> addresses_;
  std::size_t turn_ = 0;
};

}  // namespace sse::bench
