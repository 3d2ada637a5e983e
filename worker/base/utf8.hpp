// Is this text what the stream's encoding allows, and does it survive as the value of a header?
#pragma once

#include <cstddef>
#include <string_view>

namespace worker::base {

/// Well-formed UTF-8 (Unicode 15, table 3-7): no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text);

/// How many bytes at the end are the beginning of a character whose other bytes are missing: 0 to 3. Only the
/// lengths of characters are looked at.
std::size_t begun_character_bytes(std::string_view text);

/// Any of U+0000 to U+001F or U+007F to U+009F (C0, DEL, C1). `text` is UTF-8.
bool has_control(std::string_view text);

/// Any character that formats text and is not seen, such as those that change its direction (the category Cf
/// of Unicode 17). `text` is UTF-8.
bool has_format(std::string_view text);

/// Begins or ends with a character that some HTTP library takes off the ends of a header's value: Unicode's
/// White_Space and U+FEFF. `text` is UTF-8.
bool has_outer_blank(std::string_view text);

}  // namespace worker::base
