// The signature of a delivery, as the Standard Webhooks specification has it (version 1.0.0, symmetric).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace worker::hooks {

/// What signs, of the text of the key file: the bytes behind `whsec_`, which are 24 to 64 in base64, as
/// Standard Webhooks writes keys; any other text is the key itself. None where `whsec_` is followed by
/// something else.
std::optional<std::string> signing_key(std::string_view text);

/// `v1,` and HMAC-SHA256 of `ID.TIMESTAMP.BODY` in base64. `timestamp`: seconds since 1970.
std::string signature(std::string_view key, std::string_view id, std::int64_t timestamp,
                      std::string_view body);

}  // namespace worker::hooks
