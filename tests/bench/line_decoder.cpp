#include "line_decoder.hpp"

#include <utility>

namespace sse::bench {

std::optional<std::string_view> LineDecoder::next() {
  if (std::exchange(held_is_out_, false)) held_.clear();
  const auto end = input_.find('\n');
  if (end == std::string_view::npos) {
    held_ += std::exchange(input_, {});
    return std::nullopt;
  }
  const std::string_view line = input_.substr(0, end);
  input_.remove_prefix(end + 1);
  if (held_.empty()) return line;
  held_ += line;
  held_is_out_ = true;
  return held_;
}

}  // namespace sse::bench
