#include "config/key_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <system_error>

#include "base/account.hpp"
#include "base/unique_fd.hpp"

namespace worker::config {
namespace {

constexpr std::size_t key_file_bytes_max = 4'096;
constexpr std::size_t signing_key_bytes_min = 32;
constexpr std::size_t text_file_bytes_max = 1'048'576;

std::string problem_of(const std::string& file, int error) {
  if (error == ENOENT) return fmt::format("there is no file {}", file);
  if (error == EACCES) {
    return fmt::format("the user {0} may not read {1}. As root: chown root:{2} {1} && chmod 0640 {1}",
                       base::user_name(::geteuid()), file, base::group_name(::getegid()));
  }
  return fmt::format("{} cannot be read: {}", file, std::generic_category().message(error));
}

// At most one byte more than `bytes_max`. A pipe without a writer would keep the worker waiting.
std::optional<std::string> read_file(const std::string& file, std::size_t bytes_max, std::string& text) {
  const base::UniqueFd descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!descriptor) return problem_of(file, errno);
  struct stat found {};
  if (::fstat(descriptor.get(), &found) != 0 || !S_ISREG(found.st_mode))
    return fmt::format("{} is no file", file);
  text.resize(bytes_max + 1);
  const auto size = ::read(descriptor.get(), text.data(), text.size());
  if (size < 0) return problem_of(file, errno);
  text.resize(static_cast<std::size_t>(size));
  return std::nullopt;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view white = " \t\r\n";
  const auto begin = text.find_first_not_of(white);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(white) + 1 - begin);
}

}  // namespace

std::optional<std::string> read_secret_file(const std::string& file, std::string& secret) {
  std::string text;
  if (auto problem = read_file(file, key_file_bytes_max, text)) return problem;
  if (text.size() > key_file_bytes_max)
    return fmt::format("{} has over {} bytes; it must hold the key alone", file, key_file_bytes_max);
  const auto line = trimmed(text);
  if (line.empty()) return fmt::format("{} is empty", file);
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; };
  if (std::ranges::any_of(line, is_control))
    return fmt::format("{} must hold one line, the key, and no control characters", file);
  secret = line;
  return std::nullopt;
}

std::optional<std::string> read_key_file(const std::string& file, std::string& key) {
  auto problem = read_secret_file(file, key);
  const bool can_be_made =
      problem && (problem->starts_with("there is no file") || problem->ends_with("is empty"));
  if (can_be_made) *problem += "; make one with: openssl rand -hex 32";
  return problem;
}

std::optional<std::string> read_signing_key_file(const std::string& file, std::string& key) {
  if (auto problem = read_key_file(file, key)) return problem;
  if (key.size() >= signing_key_bytes_min) return std::nullopt;
  return fmt::format(
      "the key in {} has {} bytes; it must have at least {}. Make one with: openssl rand -hex 32", file,
      key.size(), signing_key_bytes_min);
}

std::optional<std::string> read_text_file(const std::string& file, std::string& text) {
  if (auto problem = read_file(file, text_file_bytes_max, text)) return problem;
  if (text.size() > text_file_bytes_max)
    return fmt::format("{} has over {} bytes", file, text_file_bytes_max);
  return std::nullopt;
}

}  // namespace worker::config
