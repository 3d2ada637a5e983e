#include "hub/template_routes.hpp"

#include <algorithm>
#include <bit>

namespace worker::hub {
namespace {

// Windows of a template that may become its anchor. Those of a template with more are taken at equal
// distances.
constexpr std::size_t windows_max = 64;
// Bytes of a window with its node and bucket, and of a template with its nodes.
constexpr std::size_t window_bytes = 48;
constexpr std::size_t place_bytes = 300;

}  // namespace

// Sorted, each once.
std::vector<TemplateRoutes::Window> TemplateRoutes::windows(const log::Template& each) {
  const auto size_for = [](const std::string& literal) {
    return *std::ranges::find_if(sizes, [&](auto size) { return size <= literal.size(); });
  };
  std::size_t count = 0;
  for (const auto& literal : each.literals()) {
    if (!literal.empty()) count += literal.size() - size_for(literal) + 1;
  }
  const auto step = (count + windows_max - 1) / windows_max;
  std::vector<Window> all;
  std::size_t index = 0;
  for (const auto& literal : each.literals()) {
    if (literal.empty()) continue;
    const auto size = size_for(literal);
    for (std::size_t at = 0; at + size <= literal.size(); ++at) {
      if (index++ % step == 0) all.push_back(window_at(literal.data() + at, size));
    }
  }
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

std::size_t TemplateRoutes::bytes(const log::Template& each) {
  return place_bytes + window_bytes * windows(each).size();
}

std::size_t TemplateRoutes::size_index(Window window) {
  const auto size = static_cast<std::size_t>(64 - std::countl_zero(window) + 7) / 8;
  return static_cast<std::size_t>(std::ranges::find(sizes, size) - sizes.begin());
}

// The one that fewest templates have; of those the longest.
TemplateRoutes::Window TemplateRoutes::choose(const std::vector<Window>& windows) const {
  return *std::ranges::min_element(
      windows, {}, [&](Window window) { return std::pair(templates_with_.at(window), size_index(window)); });
}

void TemplateRoutes::add(Cohort& cohort, const log::Template& each) {
  const auto [found, added] = places_.try_emplace(each, Place{each});
  auto& place = found->second;
  place.cohorts.push_back(&cohort);
  if (!added) return;
  const auto all = windows(each);
  for (const auto window : all) ++templates_with_[window];
  if (all.empty()) {
    without_anchor_.push_back(&place);
    return;
  }
  place.anchor = choose(all);
  ++anchors_of_size_[size_index(place.anchor)];
  anchors_[place.anchor].places.push_back(&place);
}

void TemplateRoutes::remove(Cohort& cohort, const log::Template& each) {
  const auto found = places_.find(each);
  auto& place = found->second;
  std::erase(place.cohorts, &cohort);
  if (!place.cohorts.empty()) return;
  for (const auto window : windows(each)) {
    const auto with = templates_with_.find(window);
    if (--with->second == 0) templates_with_.erase(with);
  }
  if (place.anchor == 0) {
    std::erase(without_anchor_, &place);
  } else {
    const auto anchored = anchors_.find(place.anchor);
    std::erase(anchored->second.places, &place);
    if (anchored->second.places.empty()) anchors_.erase(anchored);
    --anchors_of_size_[size_index(place.anchor)];
  }
  places_.erase(found);
}

}  // namespace worker::hub
