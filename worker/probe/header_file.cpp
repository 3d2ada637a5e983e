#include "probe/header_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <system_error>

#include "base/unique_fd.hpp"

namespace worker::probe {
namespace {

constexpr std::size_t file_bytes_max = 65'536;

bool is_header(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == line.size()) return false;
  const auto is_name = [](char c) { return c > ' ' && c <= '~'; };
  const auto is_value = [](char c) { return (c >= ' ' && c != '\x7f') || c == '\t' || c < 0; };
  return std::ranges::all_of(line.substr(0, colon), is_name) &&
         std::ranges::all_of(line.substr(colon), is_value);
}

}  // namespace

base::Result<std::vector<std::string>, std::string> read_header_file(const std::string& path) {
  const base::UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text(file_bytes_max + 1, '\0');
  const auto size = file ? ::read(file.get(), text.data(), text.size()) : -1;
  if (size < 0)
    return base::failure(
        fmt::format("cannot read the header file {}: {}", path, std::generic_category().message(errno)));
  if (static_cast<std::size_t>(size) > file_bytes_max)
    return base::failure(fmt::format("the header file {} has more than {} bytes", path, file_bytes_max));
  text.resize(static_cast<std::size_t>(size));
  std::vector<std::string> lines;
  int number = 0;
  for (std::string_view rest = text; !rest.empty();) {
    auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    if (!is_header(line))
      return base::failure(fmt::format(
          "line {} of the header file {} must be a header such as Cookie: NAME=VALUE", number, path));
    lines.emplace_back(line);
  }
  if (lines.empty()) return base::failure(fmt::format("the header file {} has no header", path));
  return lines;
}

}  // namespace worker::probe
