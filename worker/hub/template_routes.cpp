#include "hub/template_routes.hpp"

#include <algorithm>
#include <bit>

namespace worker::hub {
namespace {

// Windows of a template that may become its anchor. Those of a template with more are taken at equal
// distances.
constexpr std::size_t windows_max = 64;
// With so many of these at least, few windows that are no anchor look like one.
constexpr std::size_t filter_bits_per_anchor = 16;
// Bytes of a window with its node and bucket, and of a template with its nodes.
constexpr std::size_t window_bytes = 48;
constexpr std::size_t place_bytes = 300;

}  // namespace

// Sorted, each once.
std::vector<TemplateRoutes::Possible> TemplateRoutes::windows(const log::Template& each) {
  const auto& literals = each.literals();
  const auto size_for = [](const std::string& literal) { return std::min(literal.size(), window_bytes_max); };
  std::size_t count = 0;
  for (const auto& literal : literals)
    count += literal.size() - size_for(literal) + (literal.empty() ? 0 : 1);
  const auto step = (count + windows_max - 1) / windows_max;
  std::vector<Possible> all;
  std::size_t index = 0;
  for (const auto& literal : literals) {
    if (literal.empty()) continue;
    const auto where = &literal == &literals.front()  ? Where::at_offset
                       : &literal == &literals.back() ? Where::before_end
                                                      : Where::anywhere;
    const auto size = size_for(literal);
    for (std::size_t at = 0; at + size <= literal.size(); ++at) {
      if (index++ % step != 0) continue;
      const auto offset = where == Where::before_end ? literal.size() - at : at;
      all.push_back({window_at(literal.data() + at, size), where, static_cast<std::uint32_t>(offset)});
    }
  }
  std::ranges::stable_sort(all, {}, &Possible::window);
  const auto repeated = std::ranges::unique(all, {}, &Possible::window);
  all.erase(repeated.begin(), repeated.end());
  return all;
}

std::size_t TemplateRoutes::bytes(const log::Template& each) {
  return place_bytes + window_bytes * windows(each).size();
}

std::size_t TemplateRoutes::size_of(Window window) {
  return static_cast<std::size_t>(64 - std::countl_zero(window) + 7) / 8;
}

// The one that fewest templates have; of those the longest.
const TemplateRoutes::Possible& TemplateRoutes::choose(const std::vector<Possible>& windows) const {
  return *std::ranges::min_element(windows, {}, [&](const Possible& each) {
    return std::pair(templates_with_.at(each.window), window_bytes_max - size_of(each.window));
  });
}

void TemplateRoutes::add(Cohort& cohort, const log::Template& each) {
  const auto [found, added] = places_.try_emplace(each, Place{each});
  auto& place = found->second;
  place.cohorts.push_back(&cohort);
  if (!added) return;
  const auto all = windows(each);
  for (const auto& possible : all) ++templates_with_[possible.window];
  if (all.empty()) {
    without_anchor_.push_back(&place);
    return;
  }
  const auto& [window, where, offset] = choose(all);
  place.anchor = window;
  ++anchors_of_size_[size_of(window)];
  anchors_[window].push_back({&place, where, offset});
  add_to_filter(place.anchor);
  if (filter_.size() < filter_bits_per_anchor * anchors_.size()) rebuild_filter();
}

// Some of the bits are of anchors that are gone.
void TemplateRoutes::rebuild_filter() {
  const auto bits = std::bit_ceil(2 * filter_bits_per_anchor * anchors_.size());
  filter_ = std::vector<bool>(std::max(bits, filter_bits_min));
  for (const auto& [window, anchored] : anchors_) add_to_filter(window);
}

void TemplateRoutes::remove(Cohort& cohort, const log::Template& each) {
  const auto found = places_.find(each);
  auto& place = found->second;
  std::erase(place.cohorts, &cohort);
  if (!place.cohorts.empty()) return;
  for (const auto& possible : windows(each)) {
    const auto with = templates_with_.find(possible.window);
    if (--with->second == 0) templates_with_.erase(with);
  }
  if (place.anchor == 0) {
    std::erase(without_anchor_, &place);
  } else {
    const auto anchored = anchors_.find(place.anchor);
    std::erase_if(anchored->second, [&](const Candidate& candidate) { return candidate.place == &place; });
    if (anchored->second.empty()) anchors_.erase(anchored);
    --anchors_of_size_[size_of(place.anchor)];
    if (filter_.size() > std::max(filter_bits_min, 8 * filter_bits_per_anchor * anchors_.size()))
      rebuild_filter();
  }
  places_.erase(found);
}

}  // namespace worker::hub
