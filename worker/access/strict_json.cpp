#include "access/strict_json.hpp"

#include <fmt/format.h>

#include <set>
#include <utility>
#include <vector>

namespace worker::access {

using nlohmann::json;

base::Result<json, std::string> parse_strict_object(std::string_view text, std::size_t depth_max) {
  // The parser takes a NUL for the end of the text, and skips a byte order mark; others do neither.
  if (text.find('\0') != std::string_view::npos || text.starts_with("\xef\xbb\xbf"))
    return base::failure(std::string("is not valid JSON in UTF-8"));
  std::vector<std::set<std::string>> open;  // the members of each object that is open
  bool repeated = false;
  bool deep = false;
  // The parser keeps its own stack on the heap, so that depth costs memory in proportion to the text and no
  // recursion.
  const auto check = [&](int depth, json::parse_event_t event, json& value) {
    switch (event) {
      case json::parse_event_t::object_start:
        open.emplace_back();
        [[fallthrough]];
      case json::parse_event_t::array_start:
        deep = deep || static_cast<std::size_t>(depth) >= depth_max;
        break;
      case json::parse_event_t::key:
        repeated = repeated || !open.back().insert(value.get<std::string>()).second;
        break;
      case json::parse_event_t::object_end:
        open.pop_back();
        break;
      default:
        break;
    }
    return true;
  };
  auto parsed = json::parse(text, check, false);
  // In this order: where a text is broken, what came before it does not matter.
  if (parsed.is_discarded()) return base::failure(std::string("is not valid JSON in UTF-8"));
  if (!parsed.is_object()) return base::failure(std::string("is not a JSON object"));
  if (deep) return base::failure(fmt::format("is nested deeper than {} levels", depth_max));
  if (repeated) return base::failure(std::string("has a member twice"));
  return base::success(std::move(parsed));
}

const std::string* string_member(const json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : found->get_ptr<const std::string*>();
}

}  // namespace worker::access
