#include "config/suggested_number.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace worker::config {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// At most nine digits are read, so that no factor below overflows.
std::optional<std::size_t> whole(std::string_view digits) {
  constexpr std::size_t digits_max = 9;
  if (digits.empty() || digits.size() > digits_max || !std::ranges::all_of(digits, is_digit))
    return std::nullopt;
  std::size_t value = 0;
  for (const char c : digits) value = value * 10 + static_cast<std::size_t>(c - '0');
  return value;
}

// The number, and after optional blanks its unit in lower case.
std::pair<std::string_view, std::string> number_and_unit(std::string_view text) {
  const auto end = std::min(text.find_last_of("0123456789"), text.size() - 1) + 1;
  const auto unit_begin = std::min(text.find_first_not_of(" \t", end), text.size());
  std::string unit(text.substr(unit_begin));
  std::ranges::transform(unit, unit.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return {text.substr(0, end), unit};
}

}  // namespace

std::optional<std::size_t> suggested_number(std::string_view text, bool bytes) {
  if (text.empty() || !is_digit(text.front())) return std::nullopt;
  const auto [digits, unit] = number_and_unit(text);
  std::string plain(digits);
  std::erase_if(plain, [](char c) { return c == '_' || c == ',' || c == '\''; });
  const auto value = whole(plain);
  constexpr std::string_view prefixes = "kmgt";
  const auto power = unit.empty() ? std::string_view::npos : prefixes.find(unit.front());
  const auto rest = power == std::string_view::npos ? unit : unit.substr(1);
  const bool known =
      rest.empty() || (bytes && (rest == "b" || rest == "ib" || rest == "byte" || rest == "bytes"));
  if (!value || !known) return std::nullopt;
  std::size_t factor = 1;
  for (std::size_t i = 0; power != std::string_view::npos && i <= power; ++i) factor *= bytes ? 1024 : 1000;
  constexpr std::size_t most = std::size_t{1} << 62U;
  if (*value > most / factor) return std::nullopt;
  return *value * factor;
}

std::optional<std::chrono::milliseconds> suggested_seconds(std::string_view text) {
  using namespace std::chrono_literals;
  if (text.empty() || !is_digit(text.front())) return std::nullopt;
  const auto [number, unit] = number_and_unit(text);
  const auto point = std::min(number.find_first_of(".,"), number.size());
  auto decimals = std::string(number.substr(std::min(point + 1, number.size())));
  constexpr std::size_t decimals_max = 3;
  if (decimals.size() > decimals_max) return std::nullopt;
  decimals.resize(decimals_max, '0');
  const auto seconds = whole(number.substr(0, point));
  const auto thousandths = whole(decimals);
  if (!seconds || !thousandths) return std::nullopt;
  constexpr std::pair<std::string_view, std::chrono::milliseconds> units[] = {
      {"", 1s},      {"s", 1s},     {"sec", 1s},      {"second", 1s},    {"seconds", 1s}, {"ms", 1ms},
      {"m", 1min},   {"min", 1min}, {"minute", 1min}, {"minutes", 1min}, {"h", 1h},       {"hour", 1h},
      {"hours", 1h}, {"d", 24h},    {"day", 24h},     {"days", 24h}};
  for (const auto& [name, length] : units) {
    if (name == unit)
      return std::chrono::milliseconds(
          (std::chrono::milliseconds::rep(*seconds) * 1000 + std::chrono::milliseconds::rep(*thousandths)) *
          length.count() / 1000);
  }
  return std::nullopt;
}

}  // namespace worker::config
