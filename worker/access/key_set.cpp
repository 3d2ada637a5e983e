#include "access/key_set.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "access/strict_json.hpp"

namespace worker::access {
namespace {

using nlohmann::json;

constexpr std::size_t set_depth_max = 16;

// RFC 7517, sections 4.2 and 4.3. A key that says nothing is for everything.
bool is_for_verifying(const json& jwk) {
  if (jwk.contains("use")) {
    const auto* use = string_member(jwk, "use");
    if (use == nullptr || *use != "sig") return false;
  }
  const auto operations = jwk.find("key_ops");
  if (operations == jwk.end()) return true;
  return operations->is_array() && std::ranges::any_of(*operations, [](const json& each) {
           return each.is_string() && each == "verify";
         });
}

base::Result<Key, std::string> usable_key(const json& jwk, std::optional<Algorithm> algorithm) {
  if (!jwk.is_object()) return base::failure(std::string("is not a JSON object"));
  if (!is_for_verifying(jwk)) return base::failure(std::string("is not for verifying signatures"));
  if (jwk.contains("d")) {
    return base::failure(
        std::string("is a private key, which only the issuer should have; put the public key here"));
  }
  if (jwk.contains("kid") && string_member(jwk, "kid") == nullptr)
    return base::failure(std::string("its `kid` is not a string"));
  return jwk_key(jwk, algorithm, KeyUse::verify);
}

}  // namespace

std::vector<const Key*> KeySet::candidates(Algorithm algorithm,
                                           const std::optional<std::string>& key_id) const {
  std::vector<const Key*> found;
  const auto add = [&](auto fits) {
    for (const auto& key : keys_) {
      if (found.size() < key_tries_max && key.algorithm == algorithm && fits(key)) found.push_back(&key);
    }
  };
  if (!key_id) {
    add([](const Key&) { return true; });
    return found;
  }
  add([&](const Key& key) { return key.id == *key_id; });
  // Issuers name keys that the operator configured without a name, as a secret.
  if (found.empty()) add([](const Key& key) { return key.id.empty(); });
  return found;
}

base::Result<LoadedKeys, std::string> parse_key_set(std::string_view text, std::optional<Algorithm> algorithm,
                                                    const std::string& file) {
  auto parsed = parse_strict_object(text, set_depth_max);
  if (!parsed) return base::failure(fmt::format("{}: {}", file, parsed.error()));
  const auto& object = parsed.value();
  const bool single = object.contains("kty");
  const auto list = single ? json::array({object}) : object.value("keys", json());
  if (!list.is_array())
    return base::failure(fmt::format("{}: has no list `keys`: it is not a JWK set", file));
  if (list.size() > keys_max)
    return base::failure(
        fmt::format("{}: /keys: has {} keys; at most {} are allowed", file, list.size(), keys_max));
  LoadedKeys loaded;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto pointer = single ? file : fmt::format("{}: /keys/{}", file, i);
    auto key = usable_key(list[i], algorithm);
    if (!key) {
      loaded.warnings.push_back(fmt::format("{}: {}", pointer, key.error()));
      continue;
    }
    loaded.keys.push_back(std::move(key).value());
    loaded.keys.back().source = pointer;
  }
  if (!loaded.keys.empty()) return loaded;
  if (loaded.warnings.empty()) return base::failure(fmt::format("{}: /keys: is empty", file));
  // The first says most; a set of many keys that are all wrong is wrong in one way.
  return base::failure(fmt::format("{}; no key of this file can be used", loaded.warnings.front()));
}

}  // namespace worker::access
