// TokenKeys: the verifiers of subscribers' and publishers' tokens, and the keys that they have: from the
// start, from a reload of the configuration, and from files that change. Owned by main. The verifiers may be
// used from every thread; all calls are for the thread of the signals and of housekeeping.
#pragma once

#include <optional>
#include <string>

#include "access/key_files.hpp"
#include "access/settings.hpp"
#include "access/token_verifier.hpp"
#include "base/logger.hpp"

namespace worker::app {

class TokenKeys {
 public:
  explicit TokenKeys(base::Logger& logger) : logger_(logger) {}

  const access::TokenVerifier& subscribers() const { return subscribers_.verifier; }
  const access::TokenVerifier& publishers() const { return publishers_.verifier; }

  /// Reads all keys and takes over the rules. Otherwise nothing changes, and the reason is a sentence that
  /// names the line of the configuration and the file.
  std::optional<std::string> update(const access::Settings& settings);
  /// Reads the files again of which one has changed. Those that cannot be read leave the old keys in force;
  /// the log says so, once for each change.
  void reload_changed();

 private:
  struct Part {
    const char* name;
    access::KeyFiles files{{}};
    access::TokenVerifier verifier{};
  };

  base::Logger& logger_;
  Part subscribers_{"readers"};
  Part publishers_{"publishers"};
};

}  // namespace worker::app
