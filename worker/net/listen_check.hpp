// ListenCheck: would `listen:` work if a worker started now? Asked without starting one; nothing is made,
// removed or connected to for longer than the question takes.
#pragma once

#include <optional>
#include <string>

#include "net/settings.hpp"

namespace worker::net {

struct ListenProblem {
  /// False where the address is only taken: perhaps by the worker that this configuration is for.
  bool certain;
  /// What is wrong and what to change, without the key.
  std::string sentence;
};

/// As the user of this process; none where nothing is wrong, and for an inherited socket. A system call that
/// fails unexpectedly is told with its error.
std::optional<ListenProblem> listen_problem(const ListenSettings& settings);

/// Why no socket can be made at `path`: its folder is missing, is none, or may not be written to. None where
/// it can.
std::optional<std::string> socket_folder_problem(const std::string& path);

}  // namespace worker::net
