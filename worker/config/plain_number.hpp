// PlainNumber: the number that somebody meant who wrote a unit or a separator, for messages: the file takes
// digits alone.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>

namespace worker::config {

/// Of `64MB`, `64 MiB`, `10k`, `1_000` or `1,000`. In bytes a K is 1,024, else 1,000. None for anything else.
std::optional<std::size_t> plain_number(std::string_view text, bool bytes);

/// Of `5s`, `500ms`, `2 min`, `1h`, `1d` or `1,5`. None for anything else.
std::optional<std::chrono::milliseconds> plain_seconds(std::string_view text);

}  // namespace worker::config
