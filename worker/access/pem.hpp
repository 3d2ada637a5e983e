// Pem: keys in PEM files as JWKs. OpenSSL reads them. Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace worker::access {

/// Of `BEGIN PUBLIC KEY`: RSA, EC or Ed25519. Fails with the end of a sentence that begins with the name of
/// the file.
base::Result<nlohmann::json, std::string> jwk_of_public_pem(std::string_view pem);

/// Of `BEGIN PRIVATE KEY`, `BEGIN RSA PRIVATE KEY` or `BEGIN EC PRIVATE KEY`, without a passphrase.
base::Result<nlohmann::json, std::string> jwk_of_private_pem(std::string_view pem);

}  // namespace worker::access
