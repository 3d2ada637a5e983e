// URL patterns of the WHATWG (https://urlpattern.spec.whatwg.org) as regular expressions of each component.
// Pure.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "log/topic_url.hpp"
#include "log/uri_template.hpp"

namespace worker::log {

/// Groups of one pattern: `:id`, `*`, `(\\d+)`, `{…}`.
inline constexpr std::size_t url_pattern_groups_max = 20;

/// What each component of a URL that matches is made of.
using UrlPatternParts = std::array<PatternParts, url_components>;

/// Parses `https://example.com/books/:id`, `/books/*`, `*://example.com/{:a-}?b?q=*`. A relative pattern is
/// resolved against `base`. Expressions of the pattern's own, in parentheses, are those of RE2: what needs
/// backtracking is refused. Case counts, except in the protocol and the host. `text` is valid UTF-8 without
/// control characters. Fails with a sentence that says what to change.
base::Result<UrlPatternParts, std::string> parse_url_pattern(std::string_view text, const TopicUrl& base);

/// It matches every text.
bool matches_everything(const PatternParts& parts);

}  // namespace worker::log
