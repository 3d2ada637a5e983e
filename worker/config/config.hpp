// Config: the YAML file as the settings of each room. Read once at start-up (and to check a file); every
// mistake is one line that names the file, the line, the column and the key. Defaults are those of the
// settings structs.
#pragma once

#include <string>

#include "access/settings.hpp"
#include "api/access/settings.hpp"
#include "api/mercure/settings.hpp"
#include "api/publish/settings.hpp"
#include "api/request/settings.hpp"
#include "api/settings.hpp"
#include "api/stream/settings.hpp"
#include "base/logger.hpp"
#include "base/result.hpp"
#include "config/warning.hpp"
#include "fcgi/settings.hpp"
#include "hooks/settings.hpp"
#include "hub/settings.hpp"
#include "log/settings.hpp"
#include "net/settings.hpp"
#include "presence/settings.hpp"
#include "store/settings.hpp"

namespace worker::config {

struct Config {
  base::LogSettings log;
  net::ListenSettings listen;
  /// The local publish socket; without an address there is none.
  net::ListenSettings publish_listen{.key = "publish.listen"};
  fcgi::Settings fcgi;
  api::StreamSettings streams;
  api::GreetingSettings greeting;
  api::PublishSettings publish;
  api::AccessSettings access;
  log::Settings history;
  store::StorageSettings storage;
  hub::Settings hub;
  api::StatsSettings stats;
  api::GrantSettings grants;
  presence::Settings presence;
  hooks::Settings hooks;
  access::Settings tokens;
  api::MercureSettings mercure;
  /// Of the Mercure protocol. Where it has no keys of a role, those of `tokens` count, with their rules.
  access::Settings mercure_tokens = api::default_mercure_tokens();
  /// Threads that serve.
  std::size_t loops = 1;
  /// Over which time a stopping worker ends its streams.
  std::chrono::milliseconds drain{5'000};
  /// What the operator should change in the file. Does not affect the worker.
  std::vector<ConfigWarning> warnings{};
};

/// Fails with `FILE:LINE:COLUMN: KEY: MESSAGE`; without the numbers where the file, or one that it names,
/// cannot be read. Reads the key of `publish.key_file`.
base::Result<Config, std::string> load(const std::string& file);

/// The same for YAML at hand, without reading any file; `file` is only named in errors.
base::Result<Config, std::string> parse(const std::string& yaml, const std::string& file);

}  // namespace worker::config
