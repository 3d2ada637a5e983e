#include "sequence.hpp"

#include <algorithm>

namespace sse::bench {

Sequence::Arrival Sequence::take_earlier(std::uint32_t number) {
  const auto hole = std::ranges::find_if(holes_, [number](const Hole& at) { return number < at.to; });
  if (hole == holes_.end() || number < hole->from) return Arrival::repeated;
  const Hole before{hole->from, number};
  const Hole after{number + 1, hole->to};
  auto place = holes_.erase(hole);
  if (after.from < after.to) place = holes_.insert(place, after);
  if (before.from < before.to) holes_.insert(place, before);
  return Arrival::late;
}

bool Sequence::has(std::uint32_t number) const noexcept {
  return number < next_ && std::ranges::none_of(holes_, [number](const Hole& hole) {
           return hole.from <= number && number < hole.to;
         });
}

std::uint64_t Sequence::missing(std::uint32_t sent) const noexcept {
  std::uint64_t count = sent - std::min(sent, next_);
  for (const Hole& hole : holes_) count += std::min(hole.to, sent) - std::min(hole.from, sent);
  return count;
}

}  // namespace sse::bench
