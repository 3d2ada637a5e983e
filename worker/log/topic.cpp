#include "log/topic.hpp"

#include <fmt/format.h>

#include "base/printable.hpp"
#include "base/utf8.hpp"
#include "log/hub_topic.hpp"

namespace worker::log {

bool is_pattern(std::string_view selector) { return selector == "*" || selector.ends_with("/*"); }

base::Result<void, std::string> check_selector(std::string_view selector, std::size_t bytes_max) {
  if (selector.empty()) return base::failure(std::string("topic: must not be empty"));
  if (selector.size() > bytes_max) {
    return base::failure(
        fmt::format("topic: has {} bytes; at most {} are allowed", selector.size(), bytes_max));
  }
  if (!base::is_utf8(selector)) return base::failure(std::string("topic: is not valid UTF-8"));
  if (base::has_control(selector)) return base::failure(std::string("topic: contains a control character"));
  return base::success();
}

base::Result<void, std::string> check_topic(std::string_view name, std::size_t bytes_max) {
  if (auto checked = check_selector(name, bytes_max); !checked) return checked;
  if (is_pattern(name)) {
    return base::failure(
        fmt::format("topic: {} is a pattern; an event is published under a name", base::printable(name)));
  }
  if (is_reserved(name)) {
    return base::failure(fmt::format("topic: {} is reserved: names that begin with $ belong to the worker",
                                     base::printable(name)));
  }
  if (is_hub_topic(name)) {
    return base::failure(
        fmt::format("topic: {} is reserved: names that contain /.well-known/mercure belong to the worker",
                    base::printable(name)));
  }
  return base::success();
}

std::optional<std::string> selector_notice(std::string_view selector) {
  if (is_pattern(selector)) return std::nullopt;
  if (selector.find('{') != std::string_view::npos)
    return fmt::format("topic {} is a name; for a URI template use template=", base::printable(selector));
  if (selector.find('*') != std::string_view::npos) {
    return fmt::format("topic {} is a name, not a pattern; patterns are * and names that end in /*",
                       base::printable(selector));
  }
  if (selector.find(',') != std::string_view::npos)
    return fmt::format("topic {} is one name; for several topics repeat topic=", base::printable(selector));
  return std::nullopt;
}

}  // namespace worker::log
