#include "config/mercure_section.hpp"

#include "config/access_section.hpp"

namespace worker::config {

void read_mercure(Section& section, api::MercureSettings& mercure, access::Settings& tokens) {
  section.choice("enabled", mercure.enabled, {{"true", true}, {"false", false}});
  section.choice("anonymous", mercure.anonymous, {{"true", true}, {"false", false}});
  section.choice("subscriptions", mercure.subscriptions, {{"true", true}, {"false", false}});
  read_tokens(section, tokens);
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
