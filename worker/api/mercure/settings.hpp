// What an operator can set about the Mercure protocol. Plain values; config/ reads them, defaults are the
// shipped ones.
#pragma once

#include "access/settings.hpp"

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

  bool operator==(const MercureSettings&) const = default;
};

}  // namespace worker::api
