#include "base/account.hpp"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace worker::base {
namespace {

// Bytes for one entry; a group with more members than fit is shown by its number.
constexpr std::size_t buffer_size = 16'384;

}  // namespace

std::string user_name(uid_t user) {
  std::array<char, buffer_size> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  ::getpwuid_r(user, &entry, buffer.data(), buffer.size(), &found);
  return found != nullptr ? found->pw_name : std::to_string(user);
}

std::string group_name(gid_t group) {
  std::array<char, buffer_size> buffer{};
  ::group entry{};
  ::group* found = nullptr;
  ::getgrgid_r(group, &entry, buffer.data(), buffer.size(), &found);
  return found != nullptr ? found->gr_name : std::to_string(group);
}

// NOLINTBEGIN(concurrency-mt-unsafe): start-up, one thread
bool is_user(const std::string& name) { return ::getpwnam(name.c_str()) != nullptr; }

std::optional<std::string> give_file(const std::string& path, const std::string& user,
                                     const std::string& group) {
  constexpr auto as_it_is = static_cast<uid_t>(-1);
  const auto* owner = user.empty() ? nullptr : ::getpwnam(user.c_str());
  if (!user.empty() && owner == nullptr) return fmt::format("there is no user {} on this machine", user);
  const auto id = owner == nullptr ? as_it_is : owner->pw_uid;
  const auto* members = group.empty() ? nullptr : ::getgrnam(group.c_str());
  if (!group.empty() && members == nullptr) return fmt::format("there is no group {} on this machine", group);
  if (::chown(path.c_str(), id, members == nullptr ? as_it_is : members->gr_gid) == 0) return std::nullopt;
  return fmt::format(
      "cannot give {} to {}:{}: {}. Only root gives files to another user; a group must be one of the "
      "worker's",
      path, user, group, std::generic_category().message(errno));
}

Result<void, std::string> become(const std::string& user) {
  const auto* found = ::getpwnam(user.c_str());
  if (found == nullptr) return failure(fmt::format("there is no user {} on this machine", user));
  if (found->pw_uid == ::geteuid()) return success();
  if (::geteuid() != 0) return failure(fmt::format("only root can check as another user ({})", user));
  const auto id = found->pw_uid;
  const auto group = found->pw_gid;
  if (::initgroups(user.c_str(), group) != 0 || ::setgid(group) != 0 || ::setuid(id) != 0) {
    return failure(fmt::format("cannot switch to user {}: {}", user, std::generic_category().message(errno)));
  }
  return success();
}
// NOLINTEND(concurrency-mt-unsafe)

std::string own_account() { return fmt::format("{}:{}", user_name(::geteuid()), group_name(::getegid())); }

}  // namespace worker::base
