// Resemblance: which of the known names somebody probably meant. A misspelt name that is ignored in silence
// costs an evening.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace worker::base {

/// The known name that has the same letters, whatever their case and what stands between them (`Topic`,
/// `topic[0]`, `last_event-id`), or nearly the same: two letters differ, one where the name has at most four.
/// None for a name without letters, and for one that is known. Work is bounded, however long `name` is.
std::optional<std::string_view> closest_match(std::string_view name, std::span<const std::string_view> known);

}  // namespace worker::base
