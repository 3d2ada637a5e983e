#include "hub/subscription_bytes.hpp"

#include "hub/template_routes.hpp"

namespace worker::hub {
namespace {

// Bytes of the cohort and its node, with the allocator's overhead.
constexpr std::size_t cohort_bytes = 330;
// Bytes of a name in the subscription, and of its node, list and bucket in the routes.
constexpr std::size_t name_bytes = 176;
// A grant of so many bytes needs no memory of its own; a longer one has this overhead.
constexpr std::size_t short_grant = 15;
constexpr std::size_t grant_bytes = 16;

}  // namespace

std::size_t subscription_bytes(const log::Subscription& subscription) {
  auto bytes = cohort_bytes;
  for (const auto* names : {&subscription.names(), &subscription.prefixes()}) {
    // Once in the subscription, once in the routes.
    for (const auto& name : *names) bytes += name_bytes + 2 * name.size();
  }
  for (const auto* templates : {&subscription.templates(), &subscription.granted_templates()}) {
    for (const auto& each : *templates) bytes += TemplateRoutes::bytes(each) + each.bytes();
  }
  const auto granted = subscription.granted().size();
  if (granted > short_grant) bytes += grant_bytes + granted;
  return bytes;
}

}  // namespace worker::hub
