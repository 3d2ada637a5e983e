#include "config/file_access.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/account.hpp"

namespace worker::config {
namespace {

// The command that lets the worker's group read `file`, and root alone change it.
std::string command(const std::string& file) {
  return fmt::format("As root: chown root:{} {} && chmod 0640 {}", base::group_name(::getegid()), file, file);
}

bool others_may_read(const std::string& file) {
  struct stat found {};
  return ::stat(file.c_str(), &found) == 0 && (found.st_mode & S_IROTH) != 0;
}

}  // namespace

std::optional<std::string> access_problem(const std::string& file) {
  if (::access(file.c_str(), R_OK) == 0 || errno != EACCES) return std::nullopt;
  return fmt::format("{}: the user {} may not read it. {}", file, base::user_name(::geteuid()),
                     command(file));
}

std::optional<std::string> exposure_warning(const Config& config, const std::string& file) {
  const auto& key_file = config.publish.key_file;
  if (!key_file.empty() && others_may_read(key_file)) {
    return fmt::format("publish.key_file: every user of this machine can read {}. {}", key_file,
                       command(key_file));
  }
  const auto has_secret = [](const access::TokenSettings& tokens) {
    return std::ranges::any_of(
        tokens.keys, [](const auto& source) { return source.kind == access::KeySource::Kind::secret; });
  };
  const char* key = !config.publish.key.empty() && key_file.empty() ? "publish.key"
                    : !config.storage.redis.password.empty()        ? "store.password"
                    : has_secret(config.tokens.readers)             ? "access.tokens.readers.keys"
                    : has_secret(config.tokens.publishers)          ? "access.tokens.publishers.keys"
                                                                    : nullptr;
  if (key == nullptr || !others_may_read(file)) return std::nullopt;
  return fmt::format("it contains {}, and every user of this machine can read it. {}", key, command(file));
}

}  // namespace worker::config
