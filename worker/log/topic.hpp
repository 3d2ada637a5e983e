// The names of topics that events are published to, and the selectors that readers ask for: what is allowed.
// Checked once, when a request comes in. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace worker::log {

/// True of names that the worker keeps for streams of its own, such as `$stats`.
inline bool is_reserved(std::string_view name) { return name.starts_with('$'); }

/// True of reserved names whose events the workers themselves read, as followers of the log. None of these is
/// retained longer than until all have read it, so they take nothing from the history of others.
inline bool is_state(std::string_view name) { return name.starts_with("$state/"); }

/// True for selectors that match many names: `*`, and text that ends in `/*`.
bool is_pattern(std::string_view selector);

/// Fails with a sentence: a selector is 1 to `bytes_max` bytes of UTF-8 without control characters.
base::Result<void, std::string> check_selector(std::string_view selector, std::size_t bytes_max);

/// Fails with a sentence: a name is a selector that is neither a pattern nor reserved.
base::Result<void, std::string> check_topic(std::string_view name, std::size_t bytes_max);

/// A notice for a reader whose `selector` is a name but may be meant as a template, a pattern or a list: it
/// holds a brace, a star or a comma. None for other selectors. Such a name is legal, and its events arrive.
std::optional<std::string> selector_notice(std::string_view selector);

}  // namespace worker::log
