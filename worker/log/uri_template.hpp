// URI templates (RFC 6570): their syntax, and the language that each expression matches. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace worker::log {

/// What a template is made of: literals, and between them regular expressions. A text matches if it is
/// `literals[0]`, a text that matches `expressions[0]`, `literals[1]` and so on: there is one literal more
/// than there are expressions, and any of them may be empty.
struct PatternParts {
  std::vector<std::string> literals{""};
  /// In the syntax of RE2, over bytes, without groups that capture.
  std::vector<std::string> expressions{};
};

/// Expressions of one template, and variables of all its expressions together.
inline constexpr std::size_t uri_template_expressions_max = 20;
inline constexpr std::size_t uri_template_variables_max = 50;

/// Parses `{id}`, `{+path}`, `{/a,b*}`, `{?q:3}` and the other operators of RFC 6570, up to level 4. As in
/// the reference hub, an expression matches everything that some values could expand to, and a little more:
/// lengths
/// (`:3`) and the names of parameters are not compared, and an expression may expand to nothing. `text` is
/// valid UTF-8 without control characters. Fails with a sentence that says what to change.
base::Result<PatternParts, std::string> parse_uri_template(std::string_view text);

}  // namespace worker::log
