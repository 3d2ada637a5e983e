// Topics: what readers ask for and publishers publish under, as templates in which {n} stands for a number.
// Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol.hpp"

namespace sse::bench {

bool is_numbered(std::string_view name) noexcept;

/// Every name, with each {n} replaced.
std::vector<std::string> numbered(const std::vector<std::string>& names, std::uint64_t number);

/// Every name for the numbers from 0 below `numbers`; a name without {n} comes once.
std::vector<std::string> all_numbered(const std::vector<std::string>& names, std::uint64_t numbers);

/// Does a reader who asked for `selector` (a name, `prefix/*` or `*`) get what is published under `topic`?
bool selects(std::string_view selector, std::string_view topic) noexcept;

/// `topic=a&topic=b%2Fc`, or `topic=a,b%2Fc`; empty for none.
std::string topic_query(const std::vector<std::string>& selectors, TopicsAs as = TopicsAs::repeated);

}  // namespace sse::bench
