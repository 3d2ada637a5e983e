// Answer: what came back for a request, and when. A value, which a Transfer fills while it goes on; what a
// hostile host sends is bounded here, so that judging it needs no care. Text in it is as the host sent it:
// base::printable() before it is shown.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"

namespace worker::client {

/// How a transfer has ended.
struct Ending {
  enum class Kind {
    complete,       // the answer has ended as HTTP says
    no_name,        // the name does not resolve
    no_connection,  // nothing listens, or nobody answers
    untrusted,      // the certificate is not accepted
    no_tls,         // the other side does not speak TLS, or no common version of it
    no_http,        // what came is no HTTP
    cut,            // the connection broke in the middle
    too_long_head,
    too_long_body,
    other,
  };
  Kind kind = Kind::other;
  std::string reason{};  // of libcurl
  base::Instant at{};
  long verify_result = 0;  // of OpenSSL, where a certificate is not trusted
};

struct Answer {
  static constexpr std::size_t head_bytes_max = 65'536;
  static constexpr std::size_t body_bytes_max = 262'144;
  static constexpr std::size_t pieces_max = 10'000;

  struct Piece {
    std::size_t size;
    base::Instant at;
  };

  base::Instant begun{};
  std::string address{};  // of the other side
  // Since `begun`; zero for what has not happened.
  std::chrono::microseconds resolved{0}, connected{0}, secured{0};

  int status = 0;                                             // 0: no head yet
  int version = 0;                                            // 10, 11, 20, 30
  std::vector<std::pair<std::string, std::string>> fields{};  // names in lower case
  std::optional<base::Instant> head_at{};
  std::string redirect{};  // where it leads to, as a whole URL
  // Of the certificates of the other side, the first one; as OpenSSL prints them.
  std::string certificate_subject{}, certificate_issuer{}, certificate_begin{}, certificate_end{};

  std::string body{};  // without its content coding
  std::vector<Piece> pieces{};
  std::optional<Ending> ending{};  // none while it goes on

  std::optional<std::string_view> field(std::string_view name) const {
    for (const auto& [each, value] : fields)
      if (each == name) return value;
    return std::nullopt;
  }
  std::size_t count(std::string_view name) const {
    std::size_t count = 0;
    for (const auto& [each, value] : fields) count += each == name ? 1 : 0;
    return count;
  }
  bool is_event_stream() const { return field("content-type").value_or("").starts_with("text/event-stream"); }
};

}  // namespace worker::client
