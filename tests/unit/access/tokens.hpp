// Tokens: what the tests of this room sign, and with what.
#pragma once

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <utility>

#include "access/claims.hpp"
#include "access/jose.hpp"
#include "access/key.hpp"
#include "access/key_set.hpp"
#include "access/token_verifier.hpp"

namespace worker::access {

using nlohmann::json;

/// The moment of all tests: 2026-11-22T07:20:00Z.
inline constexpr std::chrono::sys_seconds test_now{std::chrono::seconds(1'795'332'000)};
inline base::WallTime test_wall() { return test_now; }
inline long long seconds_of(std::chrono::sys_seconds time) { return time.time_since_epoch().count(); }

inline const std::string test_secret(64, 's');

inline Key test_key(Algorithm algorithm = Algorithm::hs256, const std::string& secret = test_secret,
                    std::string id = {}) {
  auto key = secret_key(secret, algorithm).value();
  key.id = std::move(id);
  return key;
}

/// Claims that are good for an hour.
inline json good_claims() {
  return {{"sub", "alice"},
          {"exp", seconds_of(test_now) + 3'600},
          {"sse", {{"subscribe", {"chat/42", "news/*"}}, {"publish", {"chat/42"}}}}};
}

/// `header.payload`, as they stand, signed with HS256.
inline std::string signed_parts(const std::string& header, const std::string& payload, const Key& key) {
  if (auto token = sign(header, payload, key.handle)) return *token;
  throw std::runtime_error("cannot sign");
}

inline std::string signed_token(const std::string& payload, const Key& key) {
  return signed_parts(json{{"alg", name_of(key.algorithm)}, {"typ", "JWT"}}.dump(), payload, key);
}
inline std::string signed_token(const json& claims, const Key& key = test_key()) {
  return signed_token(claims.dump(), key);
}

}  // namespace worker::access
