// HeadCache: requests by the parameters that they were decoded from. A backend sends the same head with each
// of its publishes, but for the length of the body; to decode it takes about as long as to handle the event.
// Owned by a Decoder; one thread. Bounded: a few heads, none of them long.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/request.hpp"

namespace worker::fcgi {

class HeadCache {
 public:
  /// The parameters of a head, in two parts.
  struct Head {
    std::string text;              // all of it but the lengths
    std::string_view length;       // CONTENT_LENGTH; a view into the parameters
    std::string_view length_line;  // HTTP_CONTENT_LENGTH: the same, as a header
  };

  /// None where the head is too long to be kept, or has a length more than once. `params` are well formed.
  static std::optional<Head> split(std::string_view params);

  /// The request of a head that was kept, with the lengths of this one.
  std::optional<http::Request> find(const Head& head) const;
  /// Keeps the request of a head that has come before, in place of the one that was kept first.
  void keep(const Head& head, const http::Request& request);

 private:
  static constexpr std::size_t kept_max = 16;
  static constexpr std::size_t seen_max = 64;

  struct Entry {
    std::uint64_t hash = 0;
    std::string text;
    http::Request request;
  };

  std::array<Entry, kept_max> entries_;
  std::size_t next_ = 0;  // the entry that is replaced next
  // Hashes of heads that came once: most of those never come again.
  std::array<std::uint64_t, seen_max> seen_{};
  std::size_t next_seen_ = 0;
};

}  // namespace worker::fcgi
