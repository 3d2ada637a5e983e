// Every value of a Config by the name of its key, as text: what a test compares.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <string>

#include "config/config.hpp"

namespace worker::config {

using Values = std::map<std::string, std::string>;

/// A key of tokens without what is secret in it.
inline std::string printable(const access::KeySource& source) {
  constexpr const char* kinds[] = {"secret", "secret_file", "public_key_file", "jwks_file"};
  return fmt::format("{} {} {} {}", kinds[static_cast<int>(source.kind)], source.value,
                     source.algorithm ? access::name_of(*source.algorithm) : "-", source.id);
}

inline void add_tokens(Values& values, const std::string& section, const access::TokenSettings& tokens) {
  std::string keys;
  for (const auto& each : tokens.keys) keys += printable(each) + ";";
  values.insert({{section + ".keys", keys},
                 {section + ".audience", tokens.rules.audience},
                 {section + ".issuer", tokens.rules.issuer},
                 {section + ".leeway_seconds", fmt::format("{} s", tokens.rules.leeway.count())},
                 {section + ".lifetime_seconds_max", fmt::format("{} s", tokens.rules.lifetime_max.count())},
                 {section + ".expiry", tokens.rules.expiry_required ? "required" : "optional"},
                 {section + ".topics_max", fmt::format("{}", tokens.rules.topics_max)},
                 {section + ".topic_bytes_max", fmt::format("{}", tokens.rules.topic_bytes_max)}});
}

// NOLINTNEXTLINE(readability-function-size): a table, with a line for each key
inline Values values_of(const Config& config) {
  const auto& [log, listen, publish_listen, fastcgi, streams, greeting, publish, access, history, storage,
               hub, stats, grants, presence, hooks, tokens, mercure, mercure_tokens, loops, drain, warnings] =
      config;
  Values values = {
      {"listen", listen.address},
      {"listen_mode", fmt::format("{:04o}", listen.mode)},
      {"listen_backlog", fmt::format("{}", listen.backlog)},
      {"drain_seconds", fmt::format("{} ms", drain.count())},
      {"log.level", log.level},
      {"log.to", log.target == base::LogSettings::Target::syslog      ? "syslog"
                 : log.target == base::LogSettings::Target::automatic ? "auto"
                                                                      : "stderr"},
      {"fastcgi.deadline_seconds", fmt::format("{} ms", fastcgi.deadline.count())},
      {"fastcgi.idle_seconds", fmt::format("{} ms", fastcgi.idle.count())},
      {"fastcgi.pending_max", fmt::format("{}", fastcgi.pending_max)},
      {"fastcgi.head_bytes_max", fmt::format("{}", fastcgi.head_bytes_max)},
      {"fastcgi.body_bytes_max", fmt::format("{}", fastcgi.body_bytes_max)},
      {"fastcgi.bodies_bytes_max", fmt::format("{}", fastcgi.bodies_bytes_max)},
      {"streams.max", fmt::format("{}", streams.streams_max)},
      {"streams.per_address_max", fmt::format("{}", streams.streams_per_address_max)},
      {"streams.per_subject_max", fmt::format("{}", streams.streams_per_subject_max)},
      {"streams.outbox_bytes_max", fmt::format("{}", hub.outbox_bytes_max)},
      {"streams.stall_seconds", fmt::format("{} ms", fastcgi.stall.count())},
      {"streams.retry_seconds", fmt::format("{} ms", streams.retry.count())},
      {"streams.retry_jitter_seconds", fmt::format("{} ms", streams.retry_jitter.count())},
      {"streams.heartbeat_seconds", fmt::format("{} ms", hub.heartbeat.count())},
      {"streams.lifetime_seconds", fmt::format("{} ms", streams.lifetime.count())},
      {"streams.topics_max", fmt::format("{}", streams.topics_max)},
      {"streams.subscriptions_bytes_max", fmt::format("{}", streams.subscriptions_bytes_max)},
      {"streams.patterns_max", fmt::format("{}", streams.patterns_max)},
      {"streams.templates_max", fmt::format("{}", streams.templates_max)},
      {"streams.poll_seconds_max", fmt::format("{} ms", streams.poll_max.count())},
      {"streams.default_topics", fmt::format("{}", fmt::join(streams.default_topics, " "))},
      {"streams.conflate", fmt::format("{}", fmt::join(hub.conflate, " "))},
      {"flush.microseconds_per_stream", fmt::format("{}", hub.flush_cost_per_stream.count())},
      {"flush.interval_seconds_max", fmt::format("{} ms", hub.flush_interval_max.count())},
      {"publish.key", publish.key},
      {"publish.key_file", publish.key_file},
      {"publish.listen", publish_listen.address},
      {"publish.listen_mode", fmt::format("{:04o}", publish_listen.mode)},
      {"publish.listen_owner", publish_listen.owner},
      {"publish.listen_group", publish_listen.group},
      {"publish.streams_max", fmt::format("{}", publish.streams_max)},
      {"publish.subject_events_per_second_max", fmt::format("{}", publish.subject_events_per_second_max)},
      {"access.origins", access.any_origin ? "*" : fmt::format("{}", fmt::join(access.origins, " "))},
      {"presence.topics", fmt::format("{}", fmt::join(presence.topics, " "))},
      {"presence.grace_seconds", fmt::format("{} ms", presence.grace.count())},
      {"presence.names_max", fmt::format("{}", presence.names_max)},
      {"hooks.url", hooks.url},
      {"hooks.topics", fmt::format("{}", fmt::join(hooks.topics, " "))},
      {"hooks.events",
       fmt::format("{}{}{}{}", hooks.events.occupied ? "occupied " : "",
                   hooks.events.vacated ? "vacated " : "", hooks.events.opened ? "opened " : "",
                   hooks.events.closed ? "closed " : "")},
      {"hooks.key_file", hooks.key_file},
      {"hooks.ca_file", hooks.ca_file},
      {"hooks.worker", hooks.worker},
      {"hooks.grace_seconds", fmt::format("{} ms", hooks.grace.count())},
      {"hooks.timeout_seconds", fmt::format("{} ms", hooks.timeout.count())},
      {"hooks.batch_seconds", fmt::format("{} ms", hooks.batch_wait.count())},
      {"hooks.batch_max", fmt::format("{}", hooks.batch_max)},
      {"hooks.retry_seconds_max", fmt::format("{} ms", hooks.retry_max.count())},
      {"hooks.heartbeat_seconds", fmt::format("{} ms", hooks.heartbeat.count())},
      {"hooks.queue_bytes_max", fmt::format("{}", hooks.queue_bytes_max)},
      {"mercure.enabled", mercure.enabled ? "true" : "false"},
      {"mercure.anonymous", mercure.anonymous ? "true" : "false"},
      {"mercure.subscriptions", mercure.subscriptions ? "true" : "false"},
      {"mercure.url", mercure.url},
      {"mercure.tokens.issuer", mercure.issuer},
      {"mercure.tokens.audience", mercure.audience},
      {"mercure.tokens.access_token_cookie", mercure.access_token_cookie},
      {"mercure.tokens.cookie", mercure_tokens.cookie},
      {"access.public", fmt::format("{}", fmt::join(grants.public_topics, " "))},
      {"access.patterns", grants.patterns == api::GrantSettings::Patterns::open      ? "open"
                          : grants.patterns == api::GrantSettings::Patterns::granted ? "granted"
                                                                                     : "refused"},
      {"publish.topics_max", fmt::format("{}", publish.topics_max)},
      {"publish.topic_bytes_max", fmt::format("{}", publish.topic_bytes_max)},
      {"publish.event_bytes_max", fmt::format("{}", publish.event_bytes_max)},
      {"publish.batch_max", fmt::format("{}", publish.batch_max)},
      {"publish.reserved_types",
       publish.reserved_types == api::PublishSettings::ReservedTypes::allow ? "allow" : "refuse"},
      {"history.topic_events_max", fmt::format("{}", history.topic_events_max)},
      {"history.age_seconds_max", fmt::format("{} ms", history.age_max.count())},
      {"history.bytes_max", fmt::format("{}", history.bytes_max)},
      {"history.evicted_ids_max", fmt::format("{}", history.past_ids_max)},
      {"store.kind", storage.kind == store::StorageSettings::Kind::sqlite  ? "sqlite"
                     : storage.kind == store::StorageSettings::Kind::redis ? "redis"
                                                                           : "memory"},
      {"store.url",
       storage.redis.address.path.empty()
           ? fmt::format("{}{}:{}/{}", storage.redis.address.tls ? "tls " : "", storage.redis.address.host,
                         storage.redis.address.port, storage.redis.address.database)
           : storage.redis.address.path},
      {"store.user", storage.redis.user},
      {"store.password", storage.redis.password},
      {"store.password_file", storage.redis.password_file},
      {"store.tls.ca_file", storage.redis.tls.authorities.path},
      {"store.tls.certificate_file", storage.redis.tls.certificate.path},
      {"store.tls.key_file", storage.redis.tls.key.path},
      {"store.tls.server_name", storage.redis.tls.server_name},
      {"store.namespace", storage.redis.key_namespace},
      {"store.path", storage.path},
      {"store.pending_bytes_max", fmt::format("{}", history.waiting_bytes_max)},
      {"store.durability",
       storage.durability == store::StorageSettings::Durability::full ? "full" : "process"},
      {"stats.allowed", stats.readers == api::StatsSettings::Readers::loopback ? "loopback"
                        : stats.readers == api::StatsSettings::Readers::anyone ? "anyone"
                                                                               : "nobody"},
      {"stats.interval_seconds", fmt::format("{} ms", stats.interval.count())},
      {"stats.busiest_topics", fmt::format("{}", stats.busiest_topics)},
      {"loops", fmt::format("{}", loops)},
      {"greeting.message", greeting.message},
      {"greeting.interval_seconds", fmt::format("{} ms", greeting.interval.count())},
      {"greeting.duration_seconds", fmt::format("{} ms", greeting.duration.count())},
      {"access.tokens.cookie", tokens.cookie},
      {"access.resume_key_file", tokens.resume_key ? tokens.resume_key->value : std::string()}};
  add_tokens(values, "access.tokens.readers", tokens.readers);
  add_tokens(values, "access.tokens.publishers", tokens.publishers);
  add_tokens(values, "mercure.tokens.readers", mercure_tokens.readers);
  add_tokens(values, "mercure.tokens.publishers", mercure_tokens.publishers);
  return values;
}

/// One line for each, for comparisons that can be read.
inline std::string printable(const Values& values) {
  std::string lines;
  for (const auto& [key, value] : values) lines += fmt::format("{} = {}\n", key, value);
  return lines;
}

/// The values of what must parse, and nothing where it does not.
inline Values values_of(const std::string& yaml) {
  const auto config = parse(yaml, "f");
  return config ? values_of(config.value()) : Values{{"mistake", config.error()}};
}

/// The sentence of what must not parse; the file is called `f`.
inline std::string mistake_in(const std::string& yaml) {
  const auto config = parse(yaml, "f");
  return config ? "no mistake" : config.error();
}

/// `section.key` and a value as YAML.
inline std::string yaml_for(const std::string& key, const std::string& value) {
  std::string yaml, indent;
  std::size_t begin = 0;
  for (auto dot = key.find('.'); dot != std::string::npos; dot = key.find('.', begin)) {
    yaml += indent + key.substr(begin, dot - begin) + ":\n";
    begin = dot + 1;
    indent += "  ";
  }
  return yaml + indent + key.substr(begin) + ": " + value + "\n";
}

}  // namespace worker::config
