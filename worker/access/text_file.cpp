#include "access/text_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "base/account.hpp"
#include "base/unique_fd.hpp"

namespace worker::access {
namespace {

auto unusable_file(const std::string& file, const std::string& what) {
  return base::failure(fmt::format("{}: {}", file, what));
}

std::string unreadable(int error) {
  if (error == ENOENT) return "no such file";
  if (error == EACCES) return fmt::format("the user {} may not read it", base::user_name(::geteuid()));
  return fmt::format("cannot be read: {}", std::generic_category().message(error));
}

}  // namespace

base::Result<TextFile, std::string> read_text_file(const std::string& file, std::size_t bytes_max) {
  const base::UniqueFd opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!opened) return unusable_file(file, unreadable(errno));
  struct stat found {};
  if (::fstat(opened.get(), &found) != 0) return unusable_file(file, unreadable(errno));
  if (!S_ISREG(found.st_mode)) return unusable_file(file, "is not a regular file");
  std::string text;
  for (std::size_t size = 0;;) {
    constexpr std::size_t step = 16'384;
    text.resize(size + step);
    const auto got = ::read(opened.get(), text.data() + size, step);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return unusable_file(file, unreadable(errno));
    size += static_cast<std::size_t>(got);
    text.resize(size);
    if (size > bytes_max) return unusable_file(file, fmt::format("has more than {} bytes", bytes_max));
    if (got == 0) return TextFile{std::move(text)};
  }
}

bool is_readable_by_all(const std::string& file) {
  struct stat found {};
  return ::stat(file.c_str(), &found) == 0 && (found.st_mode & S_IROTH) != 0;
}

}  // namespace worker::access
