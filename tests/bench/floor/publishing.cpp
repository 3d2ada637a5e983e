#include "publishing.hpp"

#include <algorithm>
#include <optional>

#include "hub.hpp"

namespace sse::floor {
namespace {

std::optional<std::string_view> field(std::string_view line, std::string_view beginning) {
  const auto at = line.find(beginning);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = line.substr(at + beginning.size());
  const auto end = rest.find_first_of("\"\\");
  if (end == std::string_view::npos || rest[end] == '\\') return std::nullopt;
  return rest.substr(0, end);
}

}  // namespace

std::string publish(std::string_view body, Hub& hub) {
  std::string answer;
  while (!body.empty()) {
    const std::string_view line = body.substr(0, body.find('\n'));
    body.remove_prefix(std::min(line.size() + 1, body.size()));
    const auto topic = field(line, R"("topic":")");
    const auto data = field(line, R"("data":")");
    if (topic && data) {
      answer.append(R"({"id":")").append(hub.publish(*topic, *data)).append("\"}\n");
    } else {
      answer += "{\"error\":\"not understood\"}\n";
    }
  }
  return answer;
}

}  // namespace sse::floor
