#include "hub/conflation.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace worker::hub {

Conflation::Conflation(const std::vector<std::string>& topics)
    : topics_(journal::Selection::parse({topics.begin(), topics.end()}, std::string::npos).value()) {}

bool Conflation::applies_to(const journal::Entry& entry, const journal::Selection& asked) const {
  return !entry.key.empty() && std::ranges::all_of(entry.topics, [&](const auto& topic) {
    return !asked.matches(topic) || topics_.matches(topic);
  });
}

std::size_t Conflation::drop_superseded(std::vector<journal::EntryPtr>& entries,
                                        const journal::Selection& asked) const {
  std::set<std::pair<std::string_view, std::string_view>> seen;  // topic and key of what came later
  std::vector<journal::EntryPtr> kept;
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    if (applies_to(**entry, asked)) {
      bool latest = false;
      for (const auto& topic : (*entry)->topics)
        if (asked.matches(topic)) latest |= seen.emplace(topic, (*entry)->key).second;
      if (!latest) continue;
    }
    kept.push_back(*entry);
  }
  const auto dropped = entries.size() - kept.size();
  std::ranges::reverse(kept);
  entries = std::move(kept);
  return dropped;
}

}  // namespace worker::hub
