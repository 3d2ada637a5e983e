#include "api/publish/granted.hpp"

#include <fmt/format.h>

#include "base/printable.hpp"

namespace worker::api {

const log::Selectors* granted_topics(const Identity& identity) {
  return identity.grant ? &identity.grant->publish : nullptr;
}

DraftResult if_granted(DraftResult draft, const log::Selectors* granted) {
  if (!draft || granted == nullptr) return draft;
  for (const auto& topic : draft.value().topics) {
    if (granted->matches(topic)) continue;
    return base::failure(DraftError{
        403,
        fmt::format("topic: {} may not be published with the grant of this request", base::printable(topic)),
        {}});
  }
  return draft;
}

}  // namespace worker::api
