// Users and groups of this machine, by name.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/result.hpp"

namespace worker::base {

/// The number itself where there is no name.
std::string user_name(uid_t user);
std::string group_name(gid_t group);

/// Start-up only, on one thread.
bool is_user(const std::string& name);

/// From now on this process is the user, with all its groups; there is no way back. Fails with a sentence.
/// Start-up only, on one thread.
Result<void, std::string> become(const std::string& user);

/// `USER:GROUP` of this process, as chown takes it.
std::string own_account();

}  // namespace worker::base
