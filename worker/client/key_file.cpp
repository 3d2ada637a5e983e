#include "client/key_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/unique_fd.hpp"

namespace worker::client {
namespace {

// A token has up to this many bytes.
constexpr std::size_t key_bytes_max = 8'192;

}  // namespace

base::Result<PublishKey, std::string> read_key_file(const std::string& path) {
  const base::UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text(key_bytes_max + 2, '\0');
  const auto size = file ? ::read(file.get(), text.data(), text.size()) : -1;
  if (size < 0)
    return base::failure(
        fmt::format("cannot read the key file {}: {}", path, std::generic_category().message(errno)));
  text.resize(static_cast<std::size_t>(size));
  // An editor adds a line break.
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  // Anything else would be more than a value in the head of a request.
  const bool printable = std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
  if (text.empty() || text.size() > key_bytes_max || !printable) {
    return base::failure(fmt::format(
        "the key file {} must hold one line of 1 to {} printable ASCII characters", path, key_bytes_max));
  }
  return PublishKey{std::move(text)};
}

}  // namespace worker::client
