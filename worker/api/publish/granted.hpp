// Whether a grant covers what is published. Pure; from every thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/access/grants.hpp"
#include "api/publish/draft_parser.hpp"
#include "log/selectors.hpp"

namespace worker::api {

/// The topics that `identity` may publish; null: all.
const log::Selectors* granted_topics(const Identity& identity);

/// What is wrong if one of `topics` is not among `granted`; null: all are.
std::optional<std::string> ungranted(const std::vector<std::string>& topics, const log::Selectors* granted);

/// The draft, or why it may not be published: one of its topics is not among `granted`; null: all are.
DraftResult if_granted(DraftResult draft, const log::Selectors* granted);

}  // namespace worker::api
