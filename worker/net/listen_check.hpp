// ListenCheck: whether `listen:` would work if a worker started now. Starts no worker, makes and removes no
// file; it connects to a Unix socket, or binds a TCP port, for a moment.
#pragma once

#include <optional>
#include <string>

#include "net/settings.hpp"

namespace worker::net {

struct ListenProblem {
  /// False if the address is in use: the worker of this configuration may be the one that uses it.
  bool certain;
  /// What is wrong and what to change, without the key.
  std::string sentence;
};

/// Checks as the user of this process. None if nothing is wrong, and for an inherited socket. If a system
/// call fails for another reason, the sentence has its error.
std::optional<ListenProblem> listen_problem(const ListenSettings& settings);

/// Why no socket can be made at `path`: its folder is missing, is not a folder, or may not be written to.
/// None if one can be made.
std::optional<std::string> socket_folder_problem(const std::string& path);

}  // namespace worker::net
