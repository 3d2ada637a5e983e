// Target: where the streams are opened, and from which local addresses. Values, parsed once from the command
// line.
#pragma once

#include <netinet/in.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sse::bench {

struct Target {
  sockaddr_in address{};
  /// The request as it goes over the wire.
  std::string request;
};

/// `http://HOST[:PORT][/PATH]`, IPv4. Throws std::invalid_argument with a sentence for the user.
Target parse_target(std::string_view url);

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
