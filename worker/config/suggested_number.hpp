// PlainNumber: the number that a value with a unit or separators means. For messages: the configuration takes
// digits alone. Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>

namespace worker::config {

/// Reads `64MB`, `64 MiB`, `10k`, `1_000` or `1,000`. K: 1,024 for bytes, else 1,000. None for other text.
std::optional<std::size_t> suggested_number(std::string_view text, bool bytes);

/// Reads `5s`, `500ms`, `2 min`, `1h`, `1d` or `1,5` (seconds). None for other text.
std::optional<std::chrono::milliseconds> suggested_seconds(std::string_view text);

}  // namespace worker::config
