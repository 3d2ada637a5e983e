// Account: users and groups of this machine, by name.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "base/result.hpp"

namespace worker::base {

/// The name, or the number in digits where it has no name.
std::string user_name(uid_t user);
std::string group_name(gid_t group);

/// Start-up only, on one thread.
bool is_user(const std::string& name);

/// Makes the file belong to `user` and `group`, by name; empty: as it is. None, or what is wrong, as a
/// sentence. Start-up only, on one thread.
std::optional<std::string> give_file(const std::string& path, const std::string& user,
                                     const std::string& group);

/// Makes this process run as the user, with all its groups; this cannot be undone. Fails with a sentence.
/// Start-up only, on one thread.
Result<void, std::string> become(const std::string& user);

/// `USER:GROUP` of this process, as chown takes it.
std::string own_account();

}  // namespace worker::base
