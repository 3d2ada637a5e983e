// TokenKeys: the verifiers of subscribers' and publishers' tokens, of those of the Mercure protocol, and of
// resume addresses, and the keys that they have: from the start, from a reload of the configuration, and from
// files that change. Owned by main. The verifiers may be used from every thread; all calls are for the thread
// of the signals and of housekeeping.
#pragma once

#include <optional>
#include <string>

#include "access/key_files.hpp"
#include "access/resume_tokens.hpp"
#include "access/settings.hpp"
#include "access/token_verifier.hpp"
#include "base/logger.hpp"
#include "log/template_cache.hpp"

namespace worker::app {

class TokenKeys {
 public:
  /// Both are borrowed.
  TokenKeys(base::Logger& logger, log::TemplateCache& templates) : logger_(logger), templates_(&templates) {}

  const access::TokenVerifier& subscribers() const { return subscriber_verifier_; }
  const access::TokenVerifier& publishers() const { return publisher_verifier_; }
  const access::ResumeTokens& resume() const { return resume_tokens_; }

  const access::TokenVerifier& mercure_subscribers() const { return mercure_subscriber_verifier_; }
  const access::TokenVerifier& mercure_publishers() const { return mercure_publisher_verifier_; }

  /// `mercure`: of the Mercure protocol. Where it has no keys of a role, those of `settings` count, with
  /// their rules; `resource` holds for either. Reads all keys and takes over the rules. Otherwise nothing
  /// changes, and the reason is a sentence that names the line of the configuration and the file.
  std::optional<std::string> update(const access::Settings& settings, const access::Settings& mercure,
                                    const access::Resource& resource);
  /// Reads the files again of which one has changed. Those that cannot be read leave the old keys in force;
  /// the log says so, once for each change.
  void reload_changed();

 private:
  struct Part {
    const char* name;
    access::TokenVerifier& verifier;
    access::KeyFiles files{{}};
  };

  base::Logger& logger_;
  log::TemplateCache* const templates_;
  access::TokenVerifier subscriber_verifier_{{}, {}, {}, templates_};
  access::TokenVerifier publisher_verifier_{{}, {}, {}, templates_};
  access::TokenVerifier mercure_subscriber_verifier_{{}, {}, {}, templates_};
  access::TokenVerifier mercure_publisher_verifier_{{}, {}, {}, templates_};
  access::ResumeTokens resume_tokens_;
  Part subscribers_{"readers", subscriber_verifier_};
  Part publishers_{"publishers", publisher_verifier_};
  Part mercure_subscribers_{"mercure readers", mercure_subscriber_verifier_};
  Part mercure_publishers_{"mercure publishers", mercure_publisher_verifier_};
  Part resume_{"resume", resume_tokens_.verifier()};
};

}  // namespace worker::app
