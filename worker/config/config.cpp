#include "config/config.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <map>
#include <sstream>
#include <system_error>

#include "base/number.hpp"
#include "config/access_section.hpp"
#include "config/hooks_section.hpp"
#include "config/key_file.hpp"
#include "config/mercure_section.hpp"
#include "config/origin.hpp"
#include "config/redis_url.hpp"
#include "config/section.hpp"
#include "config/yaml_error.hpp"

namespace worker::config {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t mebibyte = 1'048'576;

// A path, or a numeric address and a port. Otherwise the start would fail later.
bool is_listen_address(const std::string& text) {
  if (text.find('/') != std::string::npos) return true;
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) return false;
  const auto port = base::parse_number<std::uint16_t>(std::string_view(text).substr(colon + 1));
  if (!port || *port == 0) return false;
  std::array<unsigned char, sizeof(in6_addr)> address{};
  const auto host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    return ::inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), address.data()) == 1;
  }
  return ::inet_pton(AF_INET, host.c_str(), address.data()) == 1;
}

void read_listen(Section& top, net::ListenSettings& listen) {
  top.word("listen", listen.address, is_listen_address,
           "the path of a socket, with a slash in it, or a numeric ADDRESS:PORT");
  top.mode("listen_mode", listen.mode);
  auto backlog = static_cast<std::size_t>(listen.backlog);
  top.number("listen_backlog", backlog, 1, 65'535);
  listen.backlog = static_cast<int>(backlog);
}

void read_publish_listen(Section& section, net::ListenSettings& listen) {
  const auto is_path = [](const std::string& text) {
    return text.empty() || text.find('/') != std::string::npos;
  };
  section.word("listen", listen.address, is_path, "the path of a Unix socket, with a slash in it");
  section.mode("listen_mode", listen.mode);
  section.text("listen_owner", listen.owner);
  section.text("listen_group", listen.group);
}

void read_log(Section& section, base::LogSettings& log) {
  section.word("level", log.level, base::is_log_level,
               "one of trace, debug, info, warning, error, critical, off");
  using Target = base::LogSettings::Target;
  section.choice(
      "to", log.target,
      {{"auto", Target::automatic}, {"stderr", Target::stderr_stream}, {"syslog", Target::syslog}});
}

void read_fastcgi(Section& section, fcgi::Settings& fastcgi) {
  section.seconds("deadline_seconds", fastcgi.deadline, 100ms, 10min);
  section.seconds("idle_seconds", fastcgi.idle, 100ms, 24h);
  section.number("pending_max", fastcgi.pending_max, 1, 1'000'000);
  section.number("head_bytes_max", fastcgi.head_bytes_max, 1024, mebibyte);
  section.number("body_bytes_max", fastcgi.body_bytes_max, 1024, 1024 * mebibyte);
  section.number("bodies_bytes_max", fastcgi.bodies_bytes_max, mebibyte, mebibyte * mebibyte);
}

void read_streams(Section& section, Config& config) {
  auto& streams = config.streams;
  section.number("max", streams.streams_max, 1, 1'000'000);
  section.number("per_address_max", streams.streams_per_address_max, 0, 1'000'000);
  section.number("per_subject_max", streams.streams_per_subject_max, 0, 1'000'000);
  section.number("outbox_bytes_max", config.hub.outbox_bytes_max, 4096, 1024 * mebibyte);
  section.seconds("stall_seconds", config.fcgi.stall, 100ms, 24h);
  section.seconds("retry_seconds", streams.retry, 0ms, 1h);
  section.seconds("retry_jitter_seconds", streams.retry_jitter, 0ms, 1h);
  section.seconds("heartbeat_seconds", config.hub.heartbeat, 100ms, 1h);
  section.seconds("lifetime_seconds", streams.lifetime, 0ms, 720h);
  section.number("topics_max", streams.topics_max, 1, 100'000);
  section.number("subscriptions_bytes_max", streams.subscriptions_bytes_max, mebibyte, mebibyte * mebibyte);
  section.number("patterns_max", streams.patterns_max, 0, 100'000);
  section.number("templates_max", streams.templates_max, 0, 1'000'000);
  section.seconds("poll_seconds_max", streams.poll_max, 0ms, 1h);
  section.selectors("default_topics", streams.default_topics);
  section.selectors("conflate", config.hub.conflate);
}

void read_flush(Section& section, hub::Settings& hub) {
  section.seconds("interval_seconds_max", hub.flush_interval_max, 0ms, 10s);
  auto cost = static_cast<std::size_t>(hub.flush_cost_per_stream.count());
  section.number("microseconds_per_stream", cost, 0, 1000);
  hub.flush_cost_per_stream = std::chrono::microseconds(cost);
}

void read_publish(Section& section, api::PublishSettings& publish, api::StreamSettings& streams) {
  section.text("key", publish.key);
  section.each("key_file", "the path of a file", [&](const std::string& path) -> std::optional<std::string> {
    if (!publish.key.empty() && !path.empty()) return "cannot stand beside publish.key; remove one of them";
    publish.key_file = path;
    return std::nullopt;
  });
  section.number("topics_max", publish.topics_max, 1, 10'000);
  section.number("topic_bytes_max", publish.topic_bytes_max, 1, 65'536);
  streams.topic_bytes_max = publish.topic_bytes_max;
  section.number("event_bytes_max", publish.event_bytes_max, 1, 1024 * mebibyte);
  section.number("batch_max", publish.batch_max, 1, 1'000'000);
  section.number("subject_events_per_second_max", publish.subject_events_per_second_max, 0, 1'000'000);
  section.number("streams_max", publish.streams_max, 0, 1'000'000);
  using Reserved = api::PublishSettings::ReservedTypes;
  section.choice("reserved_types", publish.reserved_types,
                 {{"refuse", Reserved::refuse}, {"allow", Reserved::allow}});
}

void read_origins(Section& section, api::AccessSettings& access) {
  const std::string expected = "\"*\", or a list of origins such as [\"https://app.example.com\"]";
  section.each("origins", expected, [&](const std::string& text) -> std::optional<std::string> {
    const bool any = text == "*";
    if (auto wrong = any ? std::nullopt : origin_problem(text)) return wrong;
    if (any ? !access.origins.empty() : access.any_origin) return "must be " + expected + ", not both";
    if (any) access.any_origin = true;
    if (!any) access.origins.insert(text);
    return std::nullopt;
  });
}

void read_history(Section& section, log::Settings& history) {
  section.number("topic_events_max", history.topic_events_max, 1, 100'000'000);
  section.seconds("age_seconds_max", history.age_max, 1s, 8760h);
  section.number("bytes_max", history.bytes_max, 65'536, mebibyte * mebibyte);
  section.number("evicted_ids_max", history.past_ids_max, 0, 10'000'000);
}

void read_password(Section& section, const std::string& key, std::string& password, std::string& file) {
  section.text(key, password);
  section.each(key + "_file", "the path of a file",
               [&](const std::string& path) -> std::optional<std::string> {
                 if (!password.empty() && !path.empty())
                   return fmt::format("cannot stand beside store.{}; remove one of them", key);
                 file = path;
                 return std::nullopt;
               });
}

void read_redis(Section& section, store::RedisSettings& redis) {
  std::string url;
  const auto is_url = [&](const std::string& text) { return read_redis_url(text, redis); };
  section.word(
      "url", url, is_url,
      "redis://HOST, redis://HOST:PORT/DATABASE, redis+sentinel://HOST,HOST,HOST/PRIMARY, "
      "redis+cluster://HOST,HOST, the same with rediss for TLS, or unix:///PATH; without a password");
  section.text("user", redis.user);
  read_password(section, "password", redis.password, redis.password_file);
  section.text("sentinel_user", redis.sentinel_user);
  read_password(section, "sentinel_password", redis.sentinel_password, redis.sentinel_password_file);
  section.number("replicas", redis.replicas, 0, 100);
  section.section("tls", [&](Section& tls) {
    tls.text("ca_file", redis.tls.authorities.path);
    tls.text("certificate_file", redis.tls.certificate.path);
    tls.text("key_file", redis.tls.key.path);
    tls.text("server_name", redis.tls.server_name);
  });
  const auto is_name = [](const std::string& name) {
    return !name.empty() && name.size() <= 200 && name.find_first_of("{}") == std::string::npos;
  };
  section.word("namespace", redis.key_namespace, is_name, "a name of 1 to 200 bytes without braces");
}

void read_storage(Section& section, store::StorageSettings& storage, log::Settings& history) {
  using Kind = store::StorageSettings::Kind;
  using Durability = store::StorageSettings::Durability;
  section.choice("kind", storage.kind,
                 {{"memory", Kind::memory}, {"sqlite", Kind::sqlite}, {"redis", Kind::redis}});
  section.word(
      "path", storage.path, [](const std::string& path) { return !path.empty(); }, "the path of a file");
  section.choice("durability", storage.durability,
                 {{"process", Durability::process}, {"full", Durability::full}});
  section.number("pending_bytes_max", history.waiting_bytes_max, 65'536, mebibyte * mebibyte);
  read_redis(section, storage.redis);
}

void read_greeting(Section& section, api::GreetingSettings& greeting) {
  section.text("message", greeting.message);
  section.seconds("interval_seconds", greeting.interval, 10ms, 24h);
  section.seconds("duration_seconds", greeting.duration, 0ms, 24h);
}

void read_stats(Section& section, api::StatsSettings& stats) {
  using Readers = api::StatsSettings::Readers;
  section.choice("allowed", stats.readers,
                 {{"loopback", Readers::loopback}, {"anyone", Readers::anyone}, {"nobody", Readers::nobody}});
  section.seconds("interval_seconds", stats.interval, 100ms, 10s);
  section.number("busiest_topics", stats.busiest_topics, 0, 100);
}

void read_presence(Section& section, presence::Settings& presence) {
  section.selectors("topics", presence.topics);
  section.seconds("grace_seconds", presence.grace, 0ms, 1h);
  section.number("names_max", presence.names_max, 0, 10'000);
}

void read_grants(Section& section, api::GrantSettings& grants) {
  section.selectors("public", grants.public_topics);
  using Patterns = api::GrantSettings::Patterns;
  section.choice("patterns", grants.patterns,
                 {{"open", Patterns::open}, {"granted", Patterns::granted}, {"refused", Patterns::refused}});
}

Config read(const std::string& yaml, const std::string& file) {
  Config config;
  if (const auto wrong = encoding_error(yaml)) throw ConfigError(file, *wrong);
  if (const auto wrong = endless_document(yaml)) throw ConfigError(file, *wrong);
  const auto documents = YAML::LoadAll(yaml);
  if (const auto wrong = open_quote(yaml)) throw ConfigError(file, *wrong);
  if (documents.size() > 1) throw ConfigError(file, second_document(yaml, documents[1].Mark()));
  Section top(file, documents.empty() ? YAML::Node() : documents.front());
  read_listen(top, config.listen);
  top.section("log", [&](Section& section) { read_log(section, config.log); });
  top.section("fastcgi", [&](Section& section) { read_fastcgi(section, config.fcgi); });
  top.section("streams", [&](Section& section) { read_streams(section, config); });
  top.section("flush", [&](Section& section) { read_flush(section, config.hub); });
  top.section("publish", [&](Section& section) {
    read_publish_listen(section, config.publish_listen);
    read_publish(section, config.publish, config.streams);
  });
  config.publish.body_bytes_max = config.fcgi.body_bytes_max;
  top.section("access", [&](Section& section) {
    read_origins(section, config.access);
    read_grants(section, config.grants);
    read_tokens(section, config.tokens);
    read_resume_key(section, config.tokens);
  });
  top.section("history", [&](Section& section) { read_history(section, config.history); });
  top.section("store", [&](Section& section) { read_storage(section, config.storage, config.history); });
  top.section("greeting", [&](Section& section) { read_greeting(section, config.greeting); });
  top.section("stats", [&](Section& section) { read_stats(section, config.stats); });
  top.section("presence", [&](Section& section) { read_presence(section, config.presence); });
  top.section("hooks", [&](Section& section) { read_hooks(section, config.hooks); });
  top.section("mercure",
              [&](Section& section) { read_mercure(section, config.mercure, config.mercure_tokens); });
  top.number("loops", config.loops, 1, 64);
  top.seconds("drain_seconds", config.drain, 0ms, 1h);
  top.require_all_known();
  config.warnings = top.warnings();
  for (auto& warning : mercure_warnings(config, file)) config.warnings.push_back(std::move(warning));
  config.publish.store_pending_bytes_max = config.history.waiting_bytes_max;
  if (!config.tokens.cookie.empty()) config.grants.cookies = {config.tokens.cookie};
  config.fcgi.connections_max =
      config.streams.streams_max + config.publish.streams_max + config.fcgi.pending_max;
  return config;
}

// Why the configuration cannot be read, and what to change.
std::string unreadable(int error) {
  switch (error) {
    case ENOENT:
      return "no such file; give the path of an existing file with --config";
    case EISDIR:
      return "is a folder; give the path of a file with --config";
    case EACCES:
      return fmt::format(
          "user {} cannot read it; give this user read permission for the file and access to its folders",
          ::geteuid());
    default:
      return fmt::format("cannot be read: {}", std::generic_category().message(error));
  }
}

// The files that the configuration names and that are to be known before the worker serves.
std::optional<std::string> read_files(Config& config) {
  using Read = std::optional<std::string> (*)(const std::string&, std::string&);
  struct Named {
    const char* key;
    const std::string& path;
    Read read;
    std::string& text;
  };
  auto& publish = config.publish;
  auto& redis = config.storage.redis;
  auto& hooks = config.hooks;
  std::string authorities;  // libcurl reads them
  const Named files[] = {
      {"publish.key_file", publish.key_file, read_key_file, publish.key},
      {"store.password_file", redis.password_file, read_secret_file, redis.password},
      {"store.sentinel_password_file", redis.sentinel_password_file, read_secret_file,
       redis.sentinel_password},
      {"store.tls.ca_file", redis.tls.authorities.path, read_text_file, redis.tls.authorities.text},
      {"store.tls.certificate_file", redis.tls.certificate.path, read_text_file, redis.tls.certificate.text},
      {"store.tls.key_file", redis.tls.key.path, read_text_file, redis.tls.key.text},
      {"hooks.key_file", hooks.key_file, read_signing_key_file, hooks.key},
      {"hooks.ca_file", hooks.ca_file, read_text_file, authorities},
  };
  for (const auto& [key, path, read, text] : files) {
    if (path.empty()) continue;
    if (const auto problem = read(path, text)) return fmt::format("{}: {}", key, *problem);
  }
  if (!hooks.url.empty() && hooks.key_file.empty()) {
    return "hooks.key_file: must name the file with the key that signs deliveries; make one with: openssl "
           "rand "
           "-hex 32";
  }
  return std::nullopt;
}

}  // namespace

base::Result<Config, std::string> parse(const std::string& yaml, const std::string& file) {
  try {
    return read(yaml, file);
  } catch (const ConfigError& mistake) {
    return base::failure(std::string(mistake.what()));
  } catch (const YAML::Exception& error) {
    return base::failure(std::string(ConfigError(file, yaml_error(yaml, error)).what()));
  }
}

base::Result<Config, std::string> load(const std::string& file) {
  std::ifstream stream(file);
  std::ostringstream text;
  // An empty file is a valid one; a folder opens but does not read.
  if (!stream || (stream.peek() != std::ifstream::traits_type::eof() && !(text << stream.rdbuf())) ||
      stream.bad()) {
    const int error = errno;
    return base::failure(fmt::format("{}: {}", file, unreadable(error != 0 ? error : EIO)));
  }
  auto config = parse(text.str(), file);
  if (!config) return config;
  if (const auto problem = read_files(config.value()))
    return base::failure(fmt::format("{}: {}", file, *problem));
  return config;
}

}  // namespace worker::config
