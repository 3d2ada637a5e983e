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

}  // namespace

std::optional<std::string> access_problem(const std::string& file) {
  if (::access(file.c_str(), R_OK) == 0 || errno != EACCES) return std::nullopt;
  return fmt::format("{}: the user {} may not read it. {}", file, base::user_name(::geteuid()),
                     command(file));
}

std::optional<std::string> exposure_warning(const Config& config, const std::string& file) {
  const auto has_secret = [](const access::TokenSettings& tokens) {
    return std::ranges::any_of(
        tokens.keys, [](const auto& source) { return source.kind == access::KeySource::Kind::secret; });
  };
  const char* key = !config.publish.key.empty()              ? "publish.key"
                    : !config.storage.redis.password.empty() ? "store.password"
                    : has_secret(config.access.readers)      ? "access.tokens.readers.keys"
                    : has_secret(config.access.publishers)   ? "access.tokens.publishers.keys"
                                                             : nullptr;
  struct stat found {};
  if (key == nullptr || ::stat(file.c_str(), &found) != 0 || (found.st_mode & S_IROTH) == 0)
    return std::nullopt;
  return fmt::format("it contains {}, and every user of this machine can read it. {}", key, command(file));
}

}  // namespace worker::config
