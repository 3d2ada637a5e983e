// What an operator can set about the Mercure protocol. Plain values; config/ reads them, defaults are the
// shipped ones.
#pragma once

#include <string>
#include <string_view>

#include "access/settings.hpp"
#include "log/topic_url.hpp"

namespace worker::api {

/// A cookie, and tokens that need not end: many clients make such ones.
inline access::Settings default_mercure_tokens() {
  access::Settings tokens{.cookie = "mercureAuthorization"};
  tokens.readers.rules.expiry_required = false;
  tokens.publishers.rules.expiry_required = false;
  return tokens;
}

struct MercureSettings {
  /// False: /.well-known/mercure answers 404.
  bool enabled = false;
  /// Clients without a token may subscribe.
  bool anonymous = false;
  /// Who subscribes is told, by updates and at /.well-known/mercure/subscriptions.
  bool subscriptions = false;
  /// The public address of the hub, such as https://example.com/.well-known/mercure. Empty: it is not known.
  std::string url;
  /// What tokens of 1.0 must have as `iss`, and as `aud`; where that is empty, it is the address.
  std::string issuer, audience;
  /// The cookie that may hold a token of 1.0; empty: none.
  std::string access_token_cookie = "__Secure-mercure_access_token";

  /// What relative topics are resolved against.
  std::string_view base() const { return url.empty() ? log::unknown_address : std::string_view(url); }
  access::Resource resource() const { return {audience.empty() ? url : audience, issuer}; }

  bool operator==(const MercureSettings&) const = default;
};

}  // namespace worker::api
