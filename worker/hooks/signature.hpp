// The signature of a delivery, as the Standard Webhooks specification has it (version 1.0.0, symmetric).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace worker::hooks {

/// `v1,` and HMAC-SHA256 of `ID.TIMESTAMP.BODY` in base64. `timestamp`: seconds since 1970.
std::string signature(std::string_view key, std::string_view id, std::int64_t timestamp,
                      std::string_view body);

}  // namespace worker::hooks
