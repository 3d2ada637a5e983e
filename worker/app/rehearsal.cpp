#include "app/rehearsal.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <thread>

#include "access/key_files.hpp"
#include "app/exit_status.hpp"
#include "app/hooks.hpp"
#include "app/takeover_image.hpp"
#include "store/redis/tls.hpp"
#include "store/sqlite/storage_access.hpp"

namespace worker::app {
namespace {

constexpr std::chrono::milliseconds rehearsal_look_interval{5};

std::string error_text_of(int error) { return std::generic_category().message(error); }

// With no signal blocked and the usual effect of each; the descriptors of this process are closed by exec.
int spawn(pid_t& child, const std::string& path, const std::vector<std::string>& arguments) {
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (const auto& each : arguments) argv.push_back(const_cast<char*>(each.c_str()));
  argv.push_back(nullptr);
  sigset_t none, all;
  ::sigemptyset(&none);
  ::sigfillset(&all);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  const int error = ::posix_spawn(&child, path.c_str(), nullptr, &attributes, argv.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  return error;
}

}  // namespace

Program Program::own(int argc, char** argv) {
  Program program{.path = {}, .arguments = {argv, argv + argc}};
  // A path may name another file after an upgrade that changes a link.
  if (program.arguments.front().find('/') != std::string::npos) {
    program.path = program.arguments.front();
    return program;
  }
  std::array<char, 4096> path{};
  const auto size = ::readlink("/proc/self/exe", path.data(), path.size());
  if (size > 0) program.path.assign(path.data(), static_cast<std::size_t>(size));
  return program;
}

std::optional<std::string> rehearse(const Program& program, const std::string& config_file,
                                    const std::function<bool()>& given_up, std::chrono::milliseconds most) {
  std::vector<std::string> arguments{program.arguments.front(),
                                     fmt::format("--rehearse-takeover={}", takeover_version)};
  if (!config_file.empty()) arguments.insert(arguments.end(), {"--config", config_file});
  pid_t child = 0;
  if (const int error = spawn(child, program.path, arguments); error != 0)
    return fmt::format("{} cannot be started: {}", program.path, error_text_of(error));
  const auto until = std::chrono::steady_clock::now() + most;
  bool killed = false;
  int status = 0;
  for (;;) {
    const auto ended = ::waitpid(child, &status, WNOHANG);
    if (ended == child) break;
    if (ended < 0 && errno != EINTR) return fmt::format("waitpid: {}", error_text_of(errno));
    if (!killed && (given_up() || std::chrono::steady_clock::now() >= until)) {
      ::kill(child, SIGKILL);
      killed = true;
    }
    std::this_thread::sleep_for(rehearsal_look_interval);
  }
  if (killed) return fmt::format("{} did not end its rehearsal within {} ms", program.path, most.count());
  if (WIFSIGNALED(status)) return fmt::format("{} was ended by signal {}", program.path, WTERMSIG(status));
  if (WEXITSTATUS(status) != 0) {
    return fmt::format("{} ended with status {}; it wrote why, or does not know of takeovers of version {}",
                       program.path, WEXITSTATUS(status), takeover_version);
  }
  return std::nullopt;
}

int rehearsed(const config::CommandLine& line, const config::Config& config) {
  if (line.takeover_version < takeover_version_min || line.takeover_version > takeover_version) {
    return fail_config(fmt::format(
        "sse-worker: takeover: this program knows versions {} to {}, the running one has version {}; "
        "restart the worker",
        takeover_version_min, takeover_version, line.takeover_version));
  }
  const auto& file = line.config_file;
  if (const auto problem = store::tls_problem(config.storage))
    return fail_config(fmt::format("{}: {}", file, *problem));
  if (const auto problem = hooks_problem(config.hooks))
    return fail_config(fmt::format("{}: {}", file, *problem));
  if (const auto problem = store::storage_problem(config.storage))
    return fail_config(fmt::format("{}: store.path: {}", file, *problem));
  for (const auto* tokens : {&config.tokens, &config.mercure_tokens}) {
    for (const auto& sources : tokens->key_sources()) {
      const auto keys = access::KeyFiles(sources).load();
      if (!keys) return fail_config(keys.error());
    }
  }
  return 0;
}

}  // namespace worker::app
