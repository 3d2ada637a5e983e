// for_every_split: the sans-IO test of a decoder. Used by the tests only.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sse::bench {

/// Calls `feed` with the parts of every way to cut `text` in up to three, and once byte by byte. The parts
/// are copies of their own, so that a view kept too long is seen by the address sanitizer.
template <class Feed>
void for_every_split(std::string_view text, Feed feed) {
  using Parts = std::vector<std::string>;
  for (std::size_t first = 0; first <= text.size(); ++first) {
    for (std::size_t second = first; second <= text.size(); ++second) {
      feed(Parts{std::string(text.substr(0, first)), std::string(text.substr(first, second - first)),
                 std::string(text.substr(second))});
    }
  }
  Parts bytes;
  for (const char byte : text) bytes.emplace_back(1, byte);
  feed(bytes);
}

}  // namespace sse::bench
