#include "api/publish/granted.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/printable.hpp"

namespace worker::api {

const log::Selectors* granted_topics(const Identity& identity) {
  return identity.grant ? &identity.grant->publish : nullptr;
}

std::optional<std::string> ungranted(const std::vector<std::string>& topics, const log::Selectors* granted) {
  if (granted == nullptr) return std::nullopt;
  for (const auto& topic : topics) {
    if (granted->matches(topic)) continue;
    return fmt::format("topic: {} may not be published with the grant of this request",
                       base::printable(topic));
  }
  return std::nullopt;
}

DraftResult if_granted(DraftResult draft, const log::Selectors* granted) {
  if (!draft) return draft;
  if (auto problem = ungranted(draft.value().topics, granted))
    return base::failure(DraftError{403, *std::move(problem), {}});
  return draft;
}

}  // namespace worker::api
