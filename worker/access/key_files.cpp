#include "access/key_files.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "access/strict_json.hpp"
#include "access/text_file.hpp"

namespace worker::access {
namespace {

using SourceKind = KeySource::Kind;

std::string_view without_line_break(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

base::Result<Key, std::string> in_file(KeyResult key, const std::string& file) {
  if (!key) return base::failure(fmt::format("{}: {}", file, key.error()));
  key.value().source = file;
  return std::move(key).value();
}

base::Result<LoadedKeys, std::string> one(base::Result<Key, std::string> key, const KeySource& source) {
  if (!key) return base::failure(std::move(key).error());
  LoadedKeys loaded;
  loaded.keys.push_back(std::move(key).value());
  loaded.keys.back().id = source.id;
  return loaded;
}

base::Result<LoadedKeys, std::string> keys_of(const KeySource& source) {
  const auto& file = source.value;
  if (source.kind == SourceKind::secret) {
    auto key = secret_key(source.value, source.algorithm);
    if (key) key.value().source = source.place;
    return one(std::move(key), source);
  }
  if (source.kind == SourceKind::secret_file) {
    auto loaded = one(read_secret_key(file, source.algorithm), source);
    if (loaded && is_readable_by_all(file)) {
      loaded.value().warnings.push_back(fmt::format(
          "{}: holds a secret, and every user of this machine can read it: chmod o= {}", file, file));
    }
    return loaded;
  }
  BOOST_OUTCOME_TRY(read, read_text_file(file, key_file_bytes_max));
  if (source.kind == SourceKind::jwks_file) return parse_key_set(read.text, source.algorithm, file);
  return one(in_file(pem_key(read.text, source.algorithm, KeyUse::verify), file), source);
}

// A token without `kid` is tried with so many keys; more would be ignored in silence.
void warn_of_many(LoadedKeys& loaded) {
  for (std::size_t i = 0; i < algorithm_names.size(); ++i) {
    const auto algorithm = static_cast<Algorithm>(i);
    const auto count = std::ranges::count(loaded.keys, algorithm, &Key::algorithm);
    if (static_cast<std::size_t>(count) <= key_tries_max) continue;
    loaded.warnings.push_back(
        fmt::format("{} keys are for {}, and a token without `kid` is tried with the first {} only: let the "
                    "issuer set `kid`",
                    count, name_of(algorithm), key_tries_max));
  }
}

}  // namespace

KeyFiles::KeyFiles(std::vector<KeySource> sources) {
  for (auto& source : sources) sources_.push_back({std::move(source), std::nullopt});
}

base::Result<LoadedKeys, std::string> KeyFiles::load() {
  // Before the files are read: what changes while they are read is another version.
  for (auto& source : sources_)
    source.stamp = stamp_of(source.settings.kind == SourceKind::secret ? "" : source.settings.value);
  LoadedKeys loaded;
  for (const auto& [settings, stamp] : sources_) {
    auto keys = keys_of(settings);
    if (!keys)
      return base::failure(
          fmt::format("{}{}{}", settings.place, settings.place.empty() ? "" : ": ", keys.error()));
    std::ranges::move(keys.value().keys, std::back_inserter(loaded.keys));
    std::ranges::move(keys.value().warnings, std::back_inserter(loaded.warnings));
  }
  warn_of_many(loaded);
  return loaded;
}

base::Result<std::vector<std::string>, std::string> KeyFiles::reload(TokenVerifier& verifier) {
  BOOST_OUTCOME_TRY(loaded, load());
  verifier.set_keys(KeySet(std::move(loaded.keys)));
  return std::move(loaded.warnings);
}

bool KeyFiles::changed() const {
  return std::ranges::any_of(sources_, [](const Source& source) {
    return source.settings.kind != SourceKind::secret && source.stamp != stamp_of(source.settings.value);
  });
}

std::optional<KeyFiles::Stamp> KeyFiles::stamp_of(const std::string& path) {
  struct stat found {};
  if (path.empty() || ::stat(path.c_str(), &found) != 0) return std::nullopt;
  const auto nanoseconds = [](const timespec& time) {
    return std::int64_t{time.tv_sec} * 1'000'000'000 + std::int64_t{time.tv_nsec};
  };
  return Stamp{found.st_dev, found.st_ino, found.st_size, nanoseconds(found.st_mtim),
               nanoseconds(found.st_ctim)};
}

base::Result<Key, std::string> read_signing_key(const std::string& file, std::optional<Algorithm> algorithm) {
  constexpr std::size_t jwk_depth_max = 4;
  BOOST_OUTCOME_TRY(read, read_text_file(file, key_file_bytes_max));
  const auto& text = read.text;
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos || text[first] != '{')
    return in_file(pem_key(text, algorithm, KeyUse::sign), file);
  auto jwk = parse_strict_object(text, jwk_depth_max);
  if (!jwk) return base::failure(fmt::format("{}: {}", file, jwk.error()));
  return in_file(jwk_key(jwk.value(), algorithm, KeyUse::sign), file);
}

base::Result<Key, std::string> read_secret_key(const std::string& file, std::optional<Algorithm> algorithm) {
  BOOST_OUTCOME_TRY(read, read_text_file(file, key_file_bytes_max));
  return in_file(secret_key(without_line_break(read.text), algorithm), file);
}

}  // namespace worker::access
