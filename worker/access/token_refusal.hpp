// TokenRefusal: why a token is not accepted. A value.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "base/result.hpp"

namespace worker::access {

struct TokenRefusal {
  enum class Reason : std::uint8_t {
    size,           // empty, or longer than tokens may be
    form,           // no JWS in compact form
    header,         // the header is no JSON object that is allowed
    type,           // `typ` says that it is another kind of token
    critical,       // requires an extension: `crit`, `b64`
    key_source,     // brings its own key: `jwk`, `jku`, `x5u`, `x5c`
    algorithm,      // an algorithm that the worker does not have, such as `none`
    key,            // no key is configured for its algorithm or `kid`
    signature,      // no configured key made its signature
    claims,         // the claims are no JSON object that is allowed
    topics,         // a list of topics is wrong or too long
    no_expiry,      // has no `exp`
    lifetime,       // is valid for too long
    expired,        // `exp` is over
    not_yet_valid,  // `nbf` or `iat` is in the future
    audience,       // `aud` is somebody else
    issuer,         // `iss` is somebody else
  };

  Reason reason = Reason::form;
  /// What is wrong and what to change. It names claims, but repeats no part of the token, of its values or of
  /// a key.
  std::string sentence;
};

/// `return refuse(…);` of a function that gives a Result.
inline auto refuse(TokenRefusal::Reason reason, std::string sentence) {
  return base::failure(TokenRefusal{reason, std::move(sentence)});
}

}  // namespace worker::access
