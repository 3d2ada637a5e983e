#include "access/compact_token.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "access/jose.hpp"
#include "access/strict_json.hpp"

namespace worker::access {
namespace {

using Reason = TokenRefusal::Reason;

// A header holds a few names; more depth has no use and only helps attackers.
constexpr std::size_t header_depth_max = 4;
constexpr std::size_t key_id_bytes_max = 256;

bool is_base64url(std::string_view text) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return text.size() % 4 != 1 && text.find_first_not_of(alphabet) == std::string_view::npos;
}

std::string lower_case(std::string text) {
  for (auto& letter : text) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return text;
}

// `typ` as a media type without `application/` (RFC 7515, section 4.1.9), in lower case; empty: it is no
// string.
std::string type_in(const nlohmann::json& type) {
  const auto* text = type.get_ptr<const std::string*>();
  if (text == nullptr) return {};
  constexpr std::string_view prefix = "application/";
  auto lower = lower_case(*text);
  if (lower.starts_with(prefix)) lower.erase(0, prefix.size());
  return lower;
}

constexpr std::string_view access_token_type = "at+jwt";

// RFC 7519, section 5.1, and RFC 9068, section 2.1: other kinds of tokens of the same issuer must not pass as
// access tokens.
bool is_known_type(const nlohmann::json& type) {
  const auto known = type_in(type);
  return known == "jwt" || known == access_token_type;
}

base::Result<void, TokenRefusal> check_header(const nlohmann::json& header) {
  for (const auto* name : {"jwk", "jku", "x5u", "x5c"}) {
    if (header.contains(name)) {
      return refuse(Reason::key_source,
                    fmt::format("The token brings its own key in the header `{}`; keys come from the "
                                "configuration only. Leave this header out.",
                                name));
    }
  }
  for (const auto* name : {"crit", "b64"}) {
    if (header.contains(name)) {
      return refuse(
          Reason::critical,
          fmt::format("The token requires an extension with the header `{}`; none is supported.", name));
    }
  }
  for (const auto* name : {"enc", "zip"}) {
    if (header.contains(name))
      return refuse(Reason::type, "The token is encrypted or compressed; only signed tokens are supported.");
  }
  if (const auto type = header.find("typ"); type != header.end() && !is_known_type(*type))
    return refuse(Reason::type, "The header `typ` of the token must be JWT or at+jwt, or absent.");
  if (const auto content = header.find("cty"); content != header.end())
    return refuse(Reason::type, "The token has the header `cty`: nested tokens are not supported.");
  return base::success();
}

base::Result<Algorithm, TokenRefusal> header_algorithm(const nlohmann::json& header) {
  const auto* name = string_member(header, "alg");
  if (name == nullptr)
    return refuse(Reason::header, "The token has no header `alg`, which must be a string.");
  if (lower_case(*name) == "none")
    return refuse(Reason::algorithm, "The token is not signed: its algorithm is none.");
  const auto algorithm = algorithm_named(*name);
  if (!algorithm) {
    return refuse(
        Reason::algorithm,
        "The algorithm in the header `alg` of the token is not supported; supported are HS256, HS384, HS512, "
        "RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512 and "
        "EdDSA.");
  }
  return *algorithm;
}

base::Result<std::optional<std::string>, TokenRefusal> key_id_of(const nlohmann::json& header) {
  if (!header.contains("kid")) return std::optional<std::string>();
  const auto* id = string_member(header, "kid");
  if (id == nullptr || id->empty() || id->size() > key_id_bytes_max) {
    return refuse(
        Reason::header,
        fmt::format("The header `kid` of the token must be a string of 1 to {} bytes.", key_id_bytes_max));
  }
  return std::optional(*id);
}

}  // namespace

base::Result<CompactToken, TokenRefusal> parse_compact_token(std::string_view token) {
  if (token.empty()) return refuse(Reason::size, "The token is empty.");
  if (token.size() > token_bytes_max) {
    return refuse(Reason::size,
                  fmt::format("The token has {} bytes; at most {} are allowed. Put fewer or shorter "
                              "topics into it, or use patterns.",
                              token.size(), token_bytes_max));
  }
  const auto first = token.find('.');
  const auto second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) {
    return refuse(Reason::form,
                  "The token must be a signed JSON Web Token in compact form: three parts in base64url, "
                  "joined by dots.");
  }
  const std::array<std::string_view, 3> parts = {
      token.substr(0, first), token.substr(first + 1, second - first - 1), token.substr(second + 1)};
  if (!std::ranges::all_of(parts, is_base64url) || parts[0].empty() || parts[1].empty())
    return refuse(Reason::form, "A part of the token is not base64url without padding (RFC 7515).");
  const auto text = decode_base64url(parts[0]);
  const auto signature = decode_base64url(parts[2]);
  if (!text || !signature)
    return refuse(Reason::form, "A part of the token is not base64url without padding (RFC 7515).");
  auto header = parse_strict_object(*text, header_depth_max);
  if (!header) return refuse(Reason::header, fmt::format("The header of the token {}.", header.error()));
  BOOST_OUTCOME_TRY(check_header(header.value()));
  BOOST_OUTCOME_TRY(algorithm, header_algorithm(header.value()));
  BOOST_OUTCOME_TRY(key_id, key_id_of(header.value()));
  const auto type = header.value().find("typ");
  const bool is_access_token = type != header.value().end() && type_in(*type) == access_token_type;
  return CompactToken{token, algorithm, is_access_token, std::move(key_id), parts[1], signature->size()};
}

}  // namespace worker::access
