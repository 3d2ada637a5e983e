#include "hub/routes.hpp"

namespace worker::hub {

void Routes::add(Cohort& cohort, const journal::Selection& selection) {
  for (const auto& name : selection.names()) by_name_[name].push_back(&cohort);
  for (const auto& prefix : selection.prefixes()) by_prefix_[prefix].push_back(&cohort);
}

void Routes::remove(Cohort& cohort, const journal::Selection& selection) {
  const auto remove_from = [&](Table& table, const std::string& key) {
    const auto found = table.find(key);
    std::erase(found->second, &cohort);
    if (found->second.empty()) table.erase(found);
  };
  for (const auto& name : selection.names()) remove_from(by_name_, name);
  for (const auto& prefix : selection.prefixes()) remove_from(by_prefix_, prefix);
}

}  // namespace worker::hub
