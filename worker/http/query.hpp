// Query: the parameters of a query string or of a form body (application/x-www-form-urlencoded, URL
// standard). A value: parsed once at the edge, then only looked up. Names may repeat; order is kept.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace worker::http {

class Query {
 public:
  Query() = default;
  /// Never fails: as the URL standard has it, a broken percent escape stands for itself.
  static Query parse(std::string_view text);

  /// The first value of `name`.
  std::optional<std::string_view> first(std::string_view name) const;
  std::vector<std::string_view> all(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& pairs() const { return pairs_; }

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

}  // namespace worker::http
