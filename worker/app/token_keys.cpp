#include "app/token_keys.hpp"

#include <array>
#include <utility>
#include <vector>

namespace worker::app {

std::optional<std::string> TokenKeys::update(const access::Settings& settings,
                                             const access::Settings& mercure,
                                             const access::Resource& resource) {
  struct Loaded {
    Part& part;
    access::KeyFiles files;
    access::ClaimRules rules;
    access::LoadedKeys keys{};
  };
  auto [readers, publishers, resume] = settings.key_sources();
  auto mercure_readers = mercure.readers.keys.empty() ? settings.readers : mercure.readers;
  auto mercure_publishers = mercure.publishers.keys.empty() ? settings.publishers : mercure.publishers;
  mercure_readers.rules.resource = mercure_publishers.rules.resource = resource;
  std::array<Loaded, 5> all{
      {{subscribers_, access::KeyFiles(std::move(readers)), settings.readers.rules},
       {publishers_, access::KeyFiles(std::move(publishers)), settings.publishers.rules},
       {mercure_subscribers_, access::KeyFiles(mercure_readers.keys), mercure_readers.rules},
       {mercure_publishers_, access::KeyFiles(mercure_publishers.keys), mercure_publishers.rules},
       {resume_, access::KeyFiles(std::move(resume)), access::ResumeTokens::rules()}}};
  for (auto& each : all) {
    auto keys = each.files.load();
    if (!keys) return keys.error();
    each.keys = std::move(keys).value();
  }
  for (auto& [part, files, rules, loaded] : all) {
    for (const auto& warning : loaded.warnings) logger_.warn("token keys: {}", warning);
    part.files = std::move(files);
    part.verifier.set(access::KeySet(std::move(loaded.keys)), std::move(rules));
  }
  return std::nullopt;
}

void TokenKeys::reload_changed() {
  for (auto* part : {&subscribers_, &publishers_, &mercure_subscribers_, &mercure_publishers_, &resume_}) {
    if (!part->files.changed()) continue;
    const auto warnings = part->files.reload(part->verifier);
    if (!warnings) {
      logger_.error("a changed key file cannot be read, the old keys stay in force: tokens={} error=\"{}\"",
                    part->name, warnings.error());
      continue;
    }
    for (const auto& warning : warnings.value()) logger_.warn("token keys: {}", warning);
    logger_.info("token keys read again: tokens={}", part->name);
  }
}

}  // namespace worker::app
