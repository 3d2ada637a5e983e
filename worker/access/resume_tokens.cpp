#include "access/resume_tokens.hpp"

#include <algorithm>
#include <utility>

#include "access/token_signer.hpp"

namespace worker::access {
namespace {

// The clock of the worker that a client returns to may be behind that of the one which has signed. Only the
// beginning is moved: what has ended stays ended.
constexpr std::chrono::seconds clock_skew_max{60};

}  // namespace

ClaimRules ResumeTokens::rules() {
  return {.audience = "sse-worker-resume",
          .leeway = std::chrono::seconds(0),
          .topics_max = 1'000,
          .topic_bytes_max = token_bytes_max};
}

ResumeTokens::ResumeTokens() : verifier_({}, rules()) {}

std::optional<ResumeToken> ResumeTokens::sign(const Grant& grant, std::chrono::seconds lifetime,
                                              base::WallTime now) const {
  const auto key = verifier_.signing_key();
  if (!key) return std::nullopt;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  if (grant.expires) lifetime = std::min(lifetime, *grant.expires - seconds);
  auto token = sign_token(
      *key,
      {.subscribe = grant.subscribe.texts(), .subject = grant.subject, .lifetime = lifetime + clock_skew_max},
      rules(), seconds - clock_skew_max);
  if (!token) return std::nullopt;
  return ResumeToken{std::move(token.value().text), seconds + lifetime};
}

}  // namespace worker::access
