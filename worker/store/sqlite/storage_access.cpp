#include "store/sqlite/storage_access.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "base/account.hpp"

namespace worker::store {
namespace {

constexpr mode_t of_others = 07;

// The database file and the files beside it.
constexpr std::array endings{"", "-wal", "-shm", ".lock"};

std::string folder_of(const std::string& file) {
  const auto folder = std::filesystem::path(file).parent_path();
  return folder.empty() ? "." : folder.string();
}

bool may(const std::string& path, int access) {
  return ::faccessat(AT_FDCWD, path.c_str(), access, AT_EACCESS) == 0;
}

std::string this_user() { return fmt::format("the user {}", base::user_name(::geteuid())); }

// Why `path`, which exists, cannot be written to; errno must be that of the call that failed.
std::string not_writable(const std::string& path, const char* kind) {
  if (errno == EROFS)
    return fmt::format("the {} {} is on a file system that is mounted read-only", kind, path);
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0)
    return fmt::format("the {} {}: {}", kind, path, std::generic_category().message(errno));
  const auto change = found.st_uid == ::geteuid() ? "chmod u+rwX" : "chown " + base::own_account();
  return fmt::format(
      "{} may not write to the {} {}, which belongs to {}:{} and has the mode {:04o}. As root: {} {}",
      this_user(), kind, path, base::user_name(found.st_uid), base::group_name(found.st_gid),
      found.st_mode & 07777U, change, path);
}

std::optional<std::string> folder_problem(const std::string& folder) {
  struct stat found {};
  if (::stat(folder.c_str(), &found) == 0) {
    if (!S_ISDIR(found.st_mode)) return fmt::format("{} is not a folder", folder);
    if (!may(folder, W_OK | X_OK)) return not_writable(folder, "folder");
    return std::nullopt;
  }
  if (errno != ENOENT) {
    return fmt::format("{} cannot reach the folder {}: {}", this_user(), folder,
                       std::generic_category().message(errno));
  }
  if (may(folder_of(folder), W_OK | X_OK)) return std::nullopt;  // make_folder() will make it
  const auto account = base::own_account();
  const auto colon = account.find(':');
  return fmt::format(
      "there is no folder {}, and {} cannot make it. As root: install -d -m 0700 -o {} -g {} {}", folder,
      this_user(), account.substr(0, colon), account.substr(colon + 1), folder);
}

}  // namespace

std::optional<std::string> storage_problem(const StorageSettings& storage) {
  if (storage.kind != StorageSettings::Kind::sqlite) return std::nullopt;
  if (auto problem = folder_problem(folder_of(storage.path))) return problem;
  for (const auto* ending : endings) {
    const auto file = storage.path + ending;
    struct stat found {};
    if (::stat(file.c_str(), &found) != 0) continue;
    if (!S_ISREG(found.st_mode)) return fmt::format("{} is not a file", file);
    if (!may(file, R_OK | W_OK)) return not_writable(file, "file");
  }
  return std::nullopt;
}

void make_folder(const std::string& path) { ::mkdir(folder_of(path).c_str(), 0700); }

void close_to_others(const std::string& path) {
  for (const auto* ending : endings) {
    const auto file = path + ending;
    struct stat found {};
    if (::stat(file.c_str(), &found) == 0 && (found.st_mode & of_others) != 0)
      ::chmod(file.c_str(), found.st_mode & 07777U & ~of_others);
  }
}

}  // namespace worker::store
