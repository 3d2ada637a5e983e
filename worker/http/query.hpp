// Query: the parameters of a query string or of a form body (application/x-www-form-urlencoded, URL
// standard). A value: parsed once at the edge, then only looked up. Names may repeat; order is kept.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace worker::http {

class Query {
 public:
  Query() = default;
  /// Never fails: as the URL standard has it, a broken percent escape stands for itself. What comes after the
  /// first `pairs_max` pairs is left out.
  static Query parse(std::string_view text, std::size_t pairs_max = std::numeric_limits<std::size_t>::max());

  /// The first value of `name`.
  std::optional<std::string_view> first(std::string_view name) const;
  /// The last one.
  std::optional<std::string_view> last(std::string_view name) const;
  std::vector<std::string_view> all(std::string_view name) const;
  /// Behind all others.
  void add(std::string name, std::string value) { pairs_.emplace_back(std::move(name), std::move(value)); }
  const std::vector<std::pair<std::string, std::string>>& pairs() const { return pairs_; }

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

}  // namespace worker::http
