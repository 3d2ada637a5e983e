// Grants: who sends a request, by its credential, and what it may do. A credential is, in this order, the
// grant that the web server passes (SSE_GRANT), a resume address, a token, or for publishing the configured
// key. Loop thread only; one per loop. The verifiers and revocations are shared.
//
// A request with a credential that is wrong or no longer valid is refused, also where it would be allowed
// without one: nobody becomes anonymous without notice.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "access/grant.hpp"
#include "access/resume_tokens.hpp"
#include "access/token_verifier.hpp"
#include "api/access/credentials.hpp"
#include "api/access/metrics.hpp"
#include "api/access/revocations.hpp"
#include "api/access/settings.hpp"
#include "base/result.hpp"
#include "http/query.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "log/subscription.hpp"
#include "net/timer.hpp"

namespace worker::api {

/// Who sends a request, as far as its credential proves it.
struct Identity {
  /// Null: the request has no credential.
  std::shared_ptr<const access::Grant> grant{};
  /// How long its application lets it come back by itself; none: it has to ask each time.
  std::optional<std::chrono::seconds> resume{};
  /// Its credential is a cookie, which a browser adds to whatever any page asks.
  bool by_cookie = false;

  std::string_view subject() const { return grant ? std::string_view(grant->subject) : std::string_view(); }
};

class Grants {
 public:
  struct Shared {
    const access::TokenVerifier& readers;
    const access::TokenVerifier& publishers;
    const access::ResumeTokens& resume;
    const Revocations& revocations;
    AccessMetrics& metrics;
  };
  struct Limits {
    std::size_t topics_max = 100;
    std::size_t topic_bytes_max = 1'024;
  };

  Grants(const GrantSettings& settings, const Limits& limits, const Shared& shared,
         const net::Timers& timers);
  void update(const GrantSettings& settings, const Limits& limits);

  /// Who asks for /events. `parameters` may have `resume` or `authorization`, which are tokens. Otherwise the
  /// refusal: 401, or 500 for a grant of the web server that cannot be read.
  base::Result<Identity, http::Response> subscriber(const http::Request& request,
                                                    const http::Query& parameters) const;
  /// Who asks for /publish or /control. Anonymous where no keys for publishers' tokens are configured.
  base::Result<Identity, http::Response> publisher(const http::Request& request) const;

  /// What `identity` receives of `topics`, which are valid, or the refusal: 401 where it has no credential,
  /// 403 where that does not cover a topic. The refusal names the first such topic. Of `asked` the templates
  /// are looked at, too.
  base::Result<log::Subscription, http::Response> subscription(const Identity& identity,
                                                               const std::vector<std::string_view>& topics,
                                                               log::Selectors asked) const;
  /// Refusals of publishers, counted as those of subscribers are: 401 for a request that needs a credential
  /// and has none, 403 for one whose grant does not cover what it does.
  http::Response missing(const std::string& detail) const;
  http::Response not_granted(const std::string& detail) const;
  bool has_resume_key() const { return shared_.resume.has_key(); }
  bool has_publisher_keys() const { return shared_.publishers.has_keys(); }
  /// What `identity` comes back with; see Identity::resume. None also where it cannot be signed:
  /// ResumeTokens::sign().
  std::optional<access::ResumeToken> resume_token(const Identity& identity) const;
  /// When the grant ends; none: it does not.
  std::optional<base::Instant> end_of(const Identity& identity) const;

 private:
  using Verified = base::Result<Identity, http::Response>;

  Verified with_grant_parameter(const http::Request& request) const;
  http::Response unreadable(const std::string& why) const;
  void add_topics(log::Selectors& granted, const std::vector<std::string_view>& chosen) const;
  Verified checked(const Credential& credential, const access::TokenVerifier& verifier) const;
  Verified checked(access::TokenVerifier::Verified verified) const;
  Verified checked(std::shared_ptr<const access::Grant> grant) const;
  bool may_read(const Identity& identity, std::string_view selector) const;
  bool may_read(const Identity& identity, const log::Template& each) const;
  http::Response not_readable(const Identity& identity, std::string_view selector, bool is_pattern) const;

  GrantSettings settings_;
  Limits limits_;
  log::Selectors public_topics_;
  const Shared shared_;
  const net::Timers& timers_;
};

}  // namespace worker::api
