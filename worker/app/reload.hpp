// Reload: SIGHUP. Reads the configuration again and hands the reactors what may change without dropping a
// stream.
#pragma once

#include "app/hooks.hpp"
#include "app/reactors.hpp"
#include "app/token_keys.hpp"

namespace worker::app {

/// Thread of the signals only.
class Reload {
 public:
  /// `file` empty: there is nothing to read again.
  Reload(std::string file, const config::Config& running, Reactors& reactors, log::Log& log,
         store::Store& store, api::StreamSlots& slots, presence::Roster& roster, Hooks& hooks,
         TokenKeys& token_keys, log::TemplateCache& templates, api::PublishRate& publish_rate,
         base::Logger& logger);

  /// A file with a mistake changes nothing; the log says which. So it does for keys that need a restart.
  void operator()();

 private:
  const std::string file_;
  config::Config running_;
  Reactors& reactors_;
  log::Log& log_;
  store::Store& store_;
  api::StreamSlots& slots_;
  presence::Roster& roster_;
  Hooks& hooks_;
  TokenKeys& token_keys_;
  log::TemplateCache& templates_;
  api::PublishRate& publish_rate_;
  base::Logger& logger_;
};

}  // namespace worker::app
