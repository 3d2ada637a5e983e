#include "app/check.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "access/key_files.hpp"
#include "app/exit_status.hpp"
#include "app/hooks.hpp"
#include "base/account.hpp"
#include "config/file_access.hpp"
#include "net/listen_check.hpp"
#include "store/redis/redis_warning.hpp"
#include "store/redis/tls.hpp"
#include "store/sqlite/boot_id.hpp"
#include "store/sqlite/storage_access.hpp"

namespace worker::app {
namespace {

// The user that the unit and the documented spawn-fcgi command run the worker as.
constexpr const char* usual_user = "sse-worker";

}  // namespace

int check(const config::CommandLine& line, const config::Config& config) {
  const auto& file = line.config_file;
  auto user = line.user;
  if (user.empty() && ::geteuid() == 0 && base::is_user(usual_user)) user = usual_user;
  if (!user.empty()) {
    if (const auto become = base::become(user); !become)
      return fail_config("sse-worker: --user: " + become.error());
  }
  if (const auto problem = config::access_problem(file)) return fail_config(*problem);
  const auto& redis = config.storage.redis;
  for (const auto* path :
       {&config.publish.key_file, &redis.password_file, &redis.tls.authorities.path,
        &redis.tls.certificate.path, &redis.tls.key.path, &config.hooks.key_file, &config.hooks.ca_file}) {
    if (path->empty()) continue;
    if (const auto problem = config::access_problem(*path)) return fail_config(*problem);
  }
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
      for (const auto& warning : keys.value().warnings)
        fmt::print(stderr, "{}: warning: {}\n", file, warning);
    }
  }
  for (const auto& [place, sentence] : config.warnings)
    fmt::print(stderr, "{}: warning: {}\n", place, sentence);
  const auto listen = net::listen_problem(config.listen);
  if (listen && listen->certain) return fail_config(fmt::format("{}: listen: {}", file, listen->sentence));
  if (listen) fmt::print(stderr, "{}: warning: listen: {}\n", file, listen->sentence);
  if (!config.publish_listen.address.empty()) {
    const auto problem = net::listen_problem(config.publish_listen);
    if (problem && problem->certain)
      return fail_config(fmt::format("{}: publish.listen: {}", file, problem->sentence));
    if (problem) fmt::print(stderr, "{}: warning: publish.listen: {}\n", file, problem->sentence);
  }
  for (const auto& warning : {config::exposure_warning(config, file), store::boot_id_warning(config.storage),
                              store::redis_warning(config.storage)}) {
    if (warning) fmt::print(stderr, "{}: warning: {}\n", file, *warning);
  }
  fmt::print("{}: ok\n", file);
  return 0;
}

}  // namespace worker::app
