#include "hub/routes.hpp"

namespace worker::hub {

void Routes::add(Cohort& cohort, const log::Subscription& subscription) {
  for (const auto& name : subscription.names()) by_name_[name].push_back(&cohort);
  for (const auto& prefix : subscription.prefixes()) by_prefix_[prefix].push_back(&cohort);
  for (const auto& each : subscription.templates()) {
    auto& routes = routes_for(each);
    if (!routes) routes = std::make_unique<TemplateRoutes>();
    routes->add(cohort, each);
  }
}

void Routes::remove(Cohort& cohort, const log::Subscription& subscription) {
  for (const auto& name : subscription.names()) remove(by_name_, name, cohort);
  for (const auto& prefix : subscription.prefixes()) remove(by_prefix_, prefix, cohort);
  for (const auto& each : subscription.templates()) {
    auto& routes = routes_for(each);
    routes->remove(cohort, each);
    if (routes->empty()) routes.reset();
  }
}

void Routes::remove(Table& table, const std::string& key, const Cohort& cohort) {
  const auto found = table.find(key);
  auto& cohorts = found->second;
  std::erase(cohorts, &cohort);
  if (cohorts.empty()) {
    table.erase(found);
    // Buckets for a million names without subscribers would take 8 MB. A rehash comes only when most names
    // are gone, so on average its cost for each removal is constant.
    constexpr std::size_t buckets_min = 1'024;
    if (table.bucket_count() > buckets_min && table.size() < table.bucket_count() / 8) table.rehash(0);
  } else if (cohorts.capacity() > 8 * cohorts.size()) {
    cohorts.shrink_to_fit();
  }
}

}  // namespace worker::hub
