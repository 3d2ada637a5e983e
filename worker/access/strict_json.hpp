// Strict JSON: the objects in tokens and key files. Refuses what two parsers may read in two ways. Pure.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace worker::access {

/// `text` as a JSON object in UTF-8. Fails with the end of a sentence that begins with what the text is: it
/// is no JSON, no object, has a member twice, or is nested deeper than `depth_max` (the object itself is 1).
base::Result<nlohmann::json, std::string> parse_strict_object(std::string_view text, std::size_t depth_max);

/// The string member `name`; null where there is none or it is no string.
const std::string* string_member(const nlohmann::json& object, const char* name);

}  // namespace worker::access
