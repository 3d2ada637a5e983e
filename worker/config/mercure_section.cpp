#include "config/mercure_section.hpp"

#include <string_view>

#include "config/access_section.hpp"
#include "config/origin.hpp"

namespace worker::config {

namespace {

// nginx's file has this path, and the worker's own topics do.
bool is_hub_address(const std::string& text) {
  constexpr std::string_view path = "/.well-known/mercure";
  if (text.empty()) return true;
  const std::string_view address = text;
  return address.ends_with(path) && (address.starts_with("https://") || address.starts_with("http://")) &&
         !origin_problem(address.substr(0, address.size() - path.size()));
}

}  // namespace

void read_mercure(Section& section, api::MercureSettings& mercure, access::Settings& tokens) {
  section.choice("enabled", mercure.enabled, {{"true", true}, {"false", false}});
  section.choice("anonymous", mercure.anonymous, {{"true", true}, {"false", false}});
  section.choice("subscriptions", mercure.subscriptions, {{"true", true}, {"false", false}});
  section.word("url", mercure.url, is_hub_address,
               "empty, or https://HOST/.well-known/mercure with the host that clients know");
  read_tokens(section, tokens, [&](Section& more) {
    more.text("issuer", mercure.issuer);
    more.text("audience", mercure.audience);
    more.word("access_token_cookie", mercure.access_token_cookie, is_cookie_name,
              "the name of a cookie, or empty");
  });
}

std::vector<ConfigWarning> mercure_warnings(const Config& config, const std::string& file) {
  std::vector<ConfigWarning> warnings;
  const auto warn = [&](const char* key, const char* sentence) {
    warnings.push_back({file + ": " + key, sentence});
  };
  const auto defaults = api::default_mercure_tokens();
  const auto& [readers, publishers, cookie, resume_key] = config.mercure_tokens;
  constexpr const char* without_keys =
      "has rules for tokens and no keys: the keys of access.tokens count, with the rules that are there. Add "
      "the keys, or remove the rules";
  if (readers.keys.empty() && readers.rules != defaults.readers.rules)
    warn("mercure.tokens.readers", without_keys);
  if (publishers.keys.empty() && publishers.rules != defaults.publishers.rules)
    warn("mercure.tokens.publishers", without_keys);
  const auto resource = config.mercure.resource();
  if (!resource.issuer.empty() && resource.audience.empty()) {
    warn("mercure.tokens.issuer",
         "has no effect without an audience: set mercure.url, or mercure.tokens.audience");
  }
  if (!config.mercure.enabled) return warnings;
  const auto& publish = config.publish;
  if (publishers.keys.empty() && config.tokens.publishers.keys.empty() && publish.key.empty() &&
      publish.key_file.empty()) {
    warn("mercure.tokens.publishers.keys", "nobody can publish over Mercure without keys for tokens");
  }
  if (!config.mercure.anonymous && readers.keys.empty() && config.tokens.readers.keys.empty()) {
    warn("mercure.tokens.readers.keys",
         "nobody can subscribe over Mercure without keys for tokens; or set mercure.anonymous");
  }
  return warnings;
}

}  // namespace worker::config
