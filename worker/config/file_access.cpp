#include "config/file_access.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

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
  const auto& redis = config.storage.redis;
  const std::array<std::pair<const char*, const std::string*>, 5> secrets{
      {{"publish.key_file", &key_file},
       {"store.password_file", &redis.password_file},
       {"store.sentinel_password_file", &redis.sentinel_password_file},
       {"store.tls.key_file", &redis.tls.key.path},
       {"hooks.key_file", &config.hooks.key_file}}};
  for (const auto& [name, path] : secrets) {
    if (!path->empty() && others_may_read(*path))
      return fmt::format("{}: every user of this machine can read {}. {}", name, *path, command(*path));
  }
  const auto has_secret = [](const access::TokenSettings& tokens) {
    return std::ranges::any_of(
        tokens.keys, [](const auto& source) { return source.kind == access::KeySource::Kind::secret; });
  };
  const auto is_inside = [](const std::string& secret, const std::string& secret_file) {
    return !secret.empty() && secret_file.empty();
  };
  const char* key = is_inside(config.publish.key, key_file)          ? "publish.key"
                    : is_inside(redis.password, redis.password_file) ? "store.password"
                    : is_inside(redis.sentinel_password, redis.sentinel_password_file)
                        ? "store.sentinel_password"
                    : has_secret(config.tokens.readers)    ? "access.tokens.readers.keys"
                    : has_secret(config.tokens.publishers) ? "access.tokens.publishers.keys"
                                                           : nullptr;
  if (key == nullptr || !others_may_read(file)) return std::nullopt;
  return fmt::format("it contains {}, and every user of this machine can read it. {}", key, command(file));
}

}  // namespace worker::config
