#include "base/closest_match.hpp"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace worker::base {
namespace {

constexpr std::size_t letters_max = 32;

// In lower case; one more than letters_max where there are more.
std::string letters_of(std::string_view name) {
  std::string letters;
  for (const char c : name) {
    if (letters.size() > letters_max) break;
    if (c >= 'a' && c <= 'z') letters.push_back(c);
    if (c >= 'A' && c <= 'Z') letters.push_back(static_cast<char>(c - 'A' + 'a'));
  }
  return letters;
}

// Levenshtein: insertions, deletions and replacements of a letter.
std::size_t distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), 0U);
  for (std::size_t i = 0; i < from.size(); ++i) {
    auto diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < to.size(); ++j) {
      const auto replaced = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::optional<std::string_view> closest_match(std::string_view name,
                                              std::span<const std::string_view> known) {
  const auto letters = letters_of(name);
  if (letters.empty() || letters.size() > letters_max || std::ranges::find(known, name) != known.end())
    return std::nullopt;
  for (const auto each : known) {
    if (letters_of(each) == letters) return each;
  }
  for (const auto each : known) {
    const auto own = letters_of(each);
    const std::size_t most = own.size() > 4 ? 2 : 1;
    const bool near = letters.size() <= own.size() + most && own.size() <= letters.size() + most;
    if (near && distance(letters, own) <= most) return each;
  }
  return std::nullopt;
}

}  // namespace worker::base
