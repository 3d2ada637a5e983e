#include "app/program_command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "app/exit_status.hpp"
#include "base/logger.hpp"

namespace worker::app {

int run_program(char** argv) {
  std::error_code error;
  auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) {
    program.replace_filename(fmt::format("sse-worker-{}", argv[1]));
    auto name = program.string();
    argv[1] = name.data();
    ::execv(name.c_str(), argv + 1);
    error = {errno, std::generic_category()};
  }
  base::report(fmt::format("sse-worker: cannot run {}: {}. `make install` places it beside sse-worker.",
                           program.string(), error.message()));
  return exit_failure;
}

}  // namespace worker::app
