#include "inbox.hpp"

#include <algorithm>

namespace sse::bench {

const Sequence* Inbox::find(std::uint32_t lane) const noexcept {
  const auto found = std::ranges::lower_bound(lanes_, lane, {}, &Lane::lane);
  return found == lanes_.end() || found->lane != lane ? nullptr : &found->numbers;
}

std::size_t Inbox::place_of(std::uint32_t lane) {
  auto found = std::ranges::lower_bound(lanes_, lane, {}, &Lane::lane);
  if (found == lanes_.end() || found->lane != lane) found = lanes_.insert(found, {lane, {}});
  return static_cast<std::size_t>(found - lanes_.begin());
}

}  // namespace sse::bench
