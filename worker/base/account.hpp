// Account: users and groups of this machine, by name.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/result.hpp"

namespace worker::base {

/// The name, or the number in digits where it has no name.
std::string user_name(uid_t user);
std::string group_name(gid_t group);

/// Start-up only, on one thread.
bool is_user(const std::string& name);

/// Makes this process run as the user, with all its groups; this cannot be undone. Fails with a sentence.
/// Start-up only, on one thread.
Result<void, std::string> become(const std::string& user);

/// `USER:GROUP` of this process, as chown takes it.
std::string own_account();

}  // namespace worker::base
