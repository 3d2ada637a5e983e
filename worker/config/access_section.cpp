#include "config/access_section.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

namespace worker::config {
namespace {

using namespace std::chrono_literals;
using access::KeySource;

constexpr std::size_t sources_max = 20;
constexpr const char* expected_keys =
    "a list of keys, each a mapping such as {jwks_file: /etc/sse-worker/keys.json}";

constexpr std::array<std::pair<const char*, KeySource::Kind>, 4> kinds = {
    {{"secret", KeySource::Kind::secret},
     {"secret_file", KeySource::Kind::secret_file},
     {"public_key_file", KeySource::Kind::public_key_file},
     {"jwks_file", KeySource::Kind::jwks_file}}};

// The names of the algorithms, as the values that they stand for.
std::vector<std::pair<std::string, std::optional<access::Algorithm>>> algorithms() {
  std::vector<std::pair<std::string, std::optional<access::Algorithm>>> known;
  for (const auto name : access::algorithm_names) known.emplace_back(name, access::algorithm_named(name));
  return known;
}

void check_algorithm(const Section& section, const KeySource& source) {
  const bool is_secret =
      source.kind == KeySource::Kind::secret || source.kind == KeySource::Kind::secret_file;
  if (is_secret && !source.algorithm) section.refuse("algorithm", "needs `algorithm`: HS256, HS384 or HS512");
  const bool for_secret = source.algorithm && access::kind_of(*source.algorithm) == access::KeyKind::secret;
  if (is_secret && !for_secret) section.refuse("algorithm", "must be HS256, HS384 or HS512 for a secret");
  if (source.kind == KeySource::Kind::public_key_file && for_secret)
    section.refuse(
        "algorithm",
        "must be an algorithm for public keys, such as ES256: HS256, HS384 and HS512 need a secret");
}

KeySource read_key(Section& section) {
  KeySource source;
  source.place = section.place();
  std::size_t given = 0;
  for (const auto& [key, kind] : kinds) {
    if (section.has(key)) {
      source.kind = kind;
      ++given;
    }
    section.text(key, source.value);
  }
  section.choice("algorithm", source.algorithm, algorithms());
  section.text("key_id", source.id);
  // A misspelt key says more than the one that is then missing.
  section.require_all_known();
  if (given != 1)
    section.refuse({}, "must have exactly one of secret, secret_file, public_key_file and jwks_file");
  if (source.kind != KeySource::Kind::secret && source.value.empty())
    section.refuse({}, "needs the path of a file");
  if (source.kind == KeySource::Kind::jwks_file && section.has("key_id"))
    section.refuse("key_id", "is for a single key; the keys of a JWK set have a `kid` each");
  if (source.kind == KeySource::Kind::secret && source.algorithm &&
      source.value.size() < access::hash_bytes_of(*source.algorithm) &&
      access::kind_of(*source.algorithm) == access::KeyKind::secret) {
    section.refuse(
        "secret",
        fmt::format("has {} bytes; {} needs at least {}. `openssl rand -base64 {}` makes one",
                    source.value.size(), access::name_of(*source.algorithm),
                    access::hash_bytes_of(*source.algorithm), access::hash_bytes_of(*source.algorithm)));
  }
  check_algorithm(section, source);
  return source;
}

void read_seconds(Section& section, const char* key, std::chrono::seconds& value, std::chrono::seconds most) {
  auto read = std::chrono::milliseconds(value);
  section.seconds(key, read, 0ms, most);
  value = std::chrono::floor<std::chrono::seconds>(read);
}

void read_verifier(Section& section, access::TokenSettings& tokens) {
  section.items("keys", expected_keys, sources_max,
                [&](Section& item) { tokens.keys.push_back(read_key(item)); });
  auto& rules = tokens.rules;
  section.text("audience", rules.audience);
  section.text("issuer", rules.issuer);
  read_seconds(section, "leeway_seconds", rules.leeway, 10min);
  read_seconds(section, "lifetime_seconds_max", rules.lifetime_max, 87'600h);
  section.choice("expiry", rules.expiry_required, {{"required", true}, {"optional", false}});
  section.number("topics_max", rules.topics_max, 1, 1'000);
  section.number("topic_bytes_max", rules.topic_bytes_max, 1, 8'192);
}

}  // namespace

// RFC 6265: a token of HTTP.
bool is_cookie_name(const std::string& name) {
  return name.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~") ==
             std::string::npos &&
         name.size() <= 100;
}

void read_tokens(Section& section, access::Settings& access, const std::function<void(Section&)>& more) {
  section.section("tokens", [&](Section& tokens) {
    tokens.section("readers", [&](Section& readers) { read_verifier(readers, access.readers); });
    tokens.section("publishers", [&](Section& publishers) { read_verifier(publishers, access.publishers); });
    tokens.word("cookie", access.cookie, is_cookie_name, "the name of a cookie, or empty");
    more(tokens);
  });
}

void read_resume_key(Section& section, access::Settings& access) {
  std::string resume_key_file;
  section.text("resume_key_file", resume_key_file);
  if (resume_key_file.empty()) return;
  access.resume_key = KeySource{.kind = KeySource::Kind::secret_file,
                                .value = std::move(resume_key_file),
                                .algorithm = access::Algorithm::hs256,
                                .place = section.place("resume_key_file")};
}

}  // namespace worker::config
