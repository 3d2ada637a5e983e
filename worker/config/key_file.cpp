#include "config/key_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>

#include "base/account.hpp"
#include "base/unique_fd.hpp"

namespace worker::config {
namespace {

constexpr std::size_t key_file_bytes_max = 4'096;
constexpr const char* how_to_make = "make one with: openssl rand -hex 32";

std::string key_file_problem(const std::string& file, int error) {
  if (error == ENOENT) return fmt::format("there is no file {}; {}", file, how_to_make);
  if (error == EACCES) {
    return fmt::format("the user {0} may not read {1}. As root: chown root:{2} {1} && chmod 0640 {1}",
                       base::user_name(::geteuid()), file, base::group_name(::getegid()));
  }
  return fmt::format("{} cannot be read: {}", file, std::generic_category().message(error));
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view white = " \t\r\n";
  const auto begin = text.find_first_not_of(white);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(white) + 1 - begin);
}

}  // namespace

std::optional<std::string> read_key_file(const std::string& file, std::string& key) {
  // A pipe without a writer would keep the worker waiting.
  const base::UniqueFd descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!descriptor) return key_file_problem(file, errno);
  struct stat found {};
  if (::fstat(descriptor.get(), &found) != 0 || !S_ISREG(found.st_mode))
    return fmt::format("{} is no file", file);
  std::array<char, key_file_bytes_max + 1> buffer{};
  const auto size = ::read(descriptor.get(), buffer.data(), buffer.size());
  if (size < 0) return key_file_problem(file, errno);
  if (static_cast<std::size_t>(size) > key_file_bytes_max)
    return fmt::format("{} has over {} bytes; it must hold the key alone", file, key_file_bytes_max);
  const auto line = trimmed({buffer.data(), static_cast<std::size_t>(size)});
  if (line.empty()) return fmt::format("{} is empty; {}", file, how_to_make);
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; };
  if (std::ranges::any_of(line, is_control))
    return fmt::format("{} must hold one line, the key, and no control characters", file);
  key = line;
  return std::nullopt;
}

}  // namespace worker::config
