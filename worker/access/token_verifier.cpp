#include "access/token_verifier.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "access/claims.hpp"

namespace worker::access {
namespace {

using Reason = TokenRefusal::Reason;

// Before libcjose sees it: it reads a short HMAC past its end, and takes ECDSA signatures of any length.
bool has_right_length(const CompactToken& token, const Key& key) {
  switch (kind_of(key.algorithm)) {
    case KeyKind::secret:
      return token.signature_bytes == hash_bytes_of(key.algorithm);
    case KeyKind::ec:
      return token.signature_bytes == 2 * curve_of(key.algorithm).bytes;
    case KeyKind::okp:
      return token.signature_bytes == ed25519_signature_bytes;
    case KeyKind::rsa:
      return token.signature_bytes >= rsa_bits_min / 8 && token.signature_bytes <= rsa_bits_max / 8;
  }
  return false;
}

bool is_signed_by(const CompactToken& token, const Key& key) {
  if (!has_right_length(token, key)) return false;
  if (!key.ed25519) return verify_signature(token.text, key.handle);
  const auto dot = token.text.rfind('.');
  const auto signature = decode_base64url(token.text.substr(dot + 1));
  return signature && verify_ed25519(token.text.substr(0, dot), *signature, key.ed25519);
}

// Of an entry of the cache, about: its nodes, and its selectors, of which the token has the text.
std::size_t cached_bytes(std::string_view token) {
  constexpr std::size_t entry = 512;
  return entry + 2 * token.size();
}

}  // namespace

base::Result<std::string, TokenRefusal> verified_payload(const CompactToken& token, const KeySet& keys,
                                                         const Key** used) {
  const auto candidates = keys.candidates(token.algorithm, token.key_id);
  if (candidates.empty()) {
    return refuse(Reason::key,
                  fmt::format("No key is configured for tokens with {}{}.", name_of(token.algorithm),
                              token.key_id ? " and the `kid` of this one" : ""));
  }
  const auto found =
      std::ranges::find_if(candidates, [&](const Key* key) { return is_signed_by(token, *key); });
  if (found == candidates.end())
    return refuse(Reason::signature, "The signature of the token was not made with a configured key.");
  if (used != nullptr) *used = *found;
  auto payload = decode_base64url(token.payload);
  if (!payload)
    return refuse(Reason::form, "A part of the token is not base64url without padding (RFC 7515).");
  return std::move(*payload);
}

TokenVerifier::TokenVerifier(KeySet keys, ClaimRules rules, TokenCacheBounds bounds,
                             log::TemplateCache* templates)
    : bounds_(bounds),
      templates_(templates),
      state_(std::make_shared<const State>(std::move(keys), std::move(rules), bounds)) {}

TokenVerifier::Verified TokenVerifier::verify(std::string_view token, base::WallTime now) const {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  const auto used = state();
  // Not even hashed.
  if (token.size() > token_bytes_max) return base::failure(parse_compact_token(token).error());
  const auto digest = TokenCache::digest(token);
  if (auto known = used->cache.find(digest)) {
    auto problem = time_problem(known->times, used->rules, seconds);
    if (!problem) return std::move(known->grant);
    if (problem->reason == Reason::expired) used->cache.remove(digest);
    return base::failure(std::move(*problem));
  }
  BOOST_OUTCOME_TRY(parsed, parse_compact_token(token));
  BOOST_OUTCOME_TRY(payload, verified_payload(parsed, used->keys));
  BOOST_OUTCOME_TRY(claims, parse_claims(payload, used->rules, templates_, parsed.is_access_token));
  if (auto problem = time_problem(claims.times, used->rules, seconds))
    return base::failure(std::move(*problem));
  auto grant = std::make_shared<const Grant>(std::move(claims.grant));
  used->cache.add(digest, {grant, claims.times}, cached_bytes(token));
  return grant;
}

void TokenVerifier::set(KeySet keys, ClaimRules rules) {
  auto next = std::make_shared<const State>(std::move(keys), std::move(rules), bounds_);
  const std::scoped_lock lock(mutex_);
  // The old one is destroyed after the lock is given back, where nobody else has it.
  state_.swap(next);
}

void TokenVerifier::set_keys(KeySet keys) { set(std::move(keys), state()->rules); }

std::optional<Key> TokenVerifier::signing_key() const {
  const auto used = state();
  if (used->keys.empty()) return std::nullopt;
  return used->keys.keys().front();
}

std::shared_ptr<const TokenVerifier::State> TokenVerifier::state() const {
  const std::scoped_lock lock(mutex_);
  return state_;
}

}  // namespace worker::access
