#include "app/token_keys.hpp"

#include <utility>
#include <vector>

namespace worker::app {

std::optional<std::string> TokenKeys::update(const access::Settings& settings) {
  access::KeyFiles for_subscribers(settings.readers.keys);
  access::KeyFiles for_publishers(settings.publishers.keys);
  auto subscriber_keys = for_subscribers.load();
  if (!subscriber_keys) return subscriber_keys.error();
  auto publisher_keys = for_publishers.load();
  if (!publisher_keys) return publisher_keys.error();
  const auto take = [this](Part& part, access::KeyFiles files, access::LoadedKeys loaded,
                           const access::ClaimRules& rules) {
    for (const auto& warning : loaded.warnings) logger_.warn("a key is left out: {}", warning);
    part.files = std::move(files);
    part.verifier.set(access::KeySet(std::move(loaded.keys)), rules);
  };
  take(subscribers_, std::move(for_subscribers), std::move(subscriber_keys).value(), settings.readers.rules);
  take(publishers_, std::move(for_publishers), std::move(publisher_keys).value(), settings.publishers.rules);
  return std::nullopt;
}

void TokenKeys::reload_changed() {
  for (auto* part : {&subscribers_, &publishers_}) {
    if (!part->files.changed()) continue;
    const auto warnings = part->files.reload(part->verifier);
    if (!warnings) {
      logger_.error("a changed key file cannot be read, the old keys stay in force: tokens={} error=\"{}\"",
                    part->name, warnings.error());
      continue;
    }
    for (const auto& warning : warnings.value()) logger_.warn("a key is left out: {}", warning);
    logger_.info("token keys read again: tokens={}", part->name);
  }
}

}  // namespace worker::app
