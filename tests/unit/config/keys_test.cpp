// Every key: what it takes, up to the edges, and that it changes its own setting and no other.
#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "unit/config/values.hpp"

using namespace worker::config;

namespace {

struct Accepted {
  const char* key;
  const char* yaml;
  const char* value;
};

// Each key at least once with another value than its default.
constexpr Accepted accepted[] = {
    {"listen", "/run/w.sock", "/run/w.sock"},
    {"listen", "./w.sock", "./w.sock"},
    {"listen", "127.0.0.1:1", "127.0.0.1:1"},
    {"listen", "0.0.0.0:65535", "0.0.0.0:65535"},
    {"listen", "'[::1]:9000'", "[::1]:9000"},
    {"listen", "host/with:colon", "host/with:colon"},
    {"listen_mode", "\"0600\"", "0600"},
    {"listen_mode", "0666", "0666"},
    {"listen_mode", "777", "0777"},
    {"listen_mode", "000", "0000"},
    {"listen_backlog", "1", "1"},
    {"listen_backlog", "65535", "65535"},
    {"drain_seconds", "0", "0 ms"},
    {"drain_seconds", "3600", "3600000 ms"},
    {"log.level", "trace", "trace"},
    {"log.level", "debug", "debug"},
    {"log.level", "warning", "warning"},
    {"log.level", "error", "error"},
    {"log.level", "critical", "critical"},
    {"log.level", "'off'", "off"},
    {"log.level", "off", "off"},
    {"log.to", "syslog", "syslog"},
    {"log.to", "stderr", "stderr"},
    {"fastcgi.deadline_seconds", "0.1", "100 ms"},
    {"fastcgi.deadline_seconds", "600", "600000 ms"},
    {"fastcgi.idle_seconds", "0.1", "100 ms"},
    {"fastcgi.idle_seconds", "86400", "86400000 ms"},
    {"fastcgi.pending_max", "1", "1"},
    {"fastcgi.pending_max", "1000000", "1000000"},
    {"fastcgi.head_bytes_max", "1024", "1024"},
    {"fastcgi.head_bytes_max", "1048576", "1048576"},
    {"fastcgi.body_bytes_max", "1024", "1024"},
    {"fastcgi.body_bytes_max", "1073741824", "1073741824"},
    {"streams.max", "1", "1"},
    {"streams.max", "1000000", "1000000"},
    {"streams.per_address_max", "0", "0"},
    {"streams.per_address_max", "1000000", "1000000"},
    {"streams.per_subject_max", "0", "0"},
    {"streams.per_subject_max", "1000000", "1000000"},
    {"publish.listen", "/run/p.sock", "/run/p.sock"},
    {"publish.listen_mode", "\"0600\"", "0600"},
    {"publish.listen_owner", "root", "root"},
    {"publish.listen_group", "www-data", "www-data"},
    {"publish.streams_max", "0", "0"},
    {"publish.streams_max", "1000000", "1000000"},
    {"publish.subject_events_per_second_max", "0", "0"},
    {"publish.subject_events_per_second_max", "1000000", "1000000"},
    {"access.public", "[]", ""},
    {"access.public", "[news, 'prices/*']", "news prices/*"},
    {"access.patterns", "open", "open"},
    {"access.patterns", "granted", "granted"},
    {"access.patterns", "refused", "refused"},
    {"streams.outbox_bytes_max", "4096", "4096"},
    {"streams.outbox_bytes_max", "1073741824", "1073741824"},
    {"streams.stall_seconds", "0.1", "100 ms"},
    {"streams.stall_seconds", "86400", "86400000 ms"},
    {"streams.retry_seconds", "0", "0 ms"},
    {"streams.retry_seconds", "3600", "3600000 ms"},
    {"streams.retry_jitter_seconds", "0", "0 ms"},
    {"streams.retry_jitter_seconds", "3600", "3600000 ms"},
    {"streams.heartbeat_seconds", "0.1", "100 ms"},
    {"streams.heartbeat_seconds", "3600", "3600000 ms"},
    {"streams.lifetime_seconds", "2592000", "2592000000 ms"},
    {"streams.topics_max", "1", "1"},
    {"streams.topics_max", "100000", "100000"},
    {"streams.patterns_max", "0", "0"},
    {"streams.patterns_max", "100000", "100000"},
    {"streams.poll_seconds_max", "0", "0 ms"},
    {"streams.poll_seconds_max", "3600", "3600000 ms"},
    {"streams.default_topics", "[news, orders/*]", "news orders/*"},
    {"streams.conflate", "['*']", "*"},
    {"flush.microseconds_per_stream", "0", "0"},
    {"flush.microseconds_per_stream", "1000", "1000"},
    {"flush.interval_seconds_max", "0", "0 ms"},
    {"flush.interval_seconds_max", "10", "10000 ms"},
    {"publish.key", "secret", "secret"},
    {"publish.key_file", "/etc/k", "/etc/k"},
    {"access.origins", "'*'", "*"},
    {"access.origins", "['*']", "*"},
    {"access.origins", "https://a.example", "https://a.example"},
    {"access.origins", "[https://a.example, 'http://localhost:3000']",
     "http://localhost:3000 https://a.example"},
    {"access.origins", "[]", ""},
    {"publish.topics_max", "1", "1"},
    {"publish.topics_max", "10000", "10000"},
    {"publish.topic_bytes_max", "1", "1"},
    {"publish.topic_bytes_max", "65536", "65536"},
    {"publish.event_bytes_max", "1", "1"},
    {"publish.event_bytes_max", "1073741824", "1073741824"},
    {"publish.batch_max", "1", "1"},
    {"publish.batch_max", "1000000", "1000000"},
    {"publish.reserved_types", "allow", "allow"},
    {"publish.reserved_types", "refuse", "refuse"},
    {"history.topic_events_max", "1", "1"},
    {"history.topic_events_max", "100000000", "100000000"},
    {"history.age_seconds_max", "1", "1000 ms"},
    {"history.age_seconds_max", "31536000", "31536000000 ms"},
    {"history.bytes_max", "65536", "65536"},
    {"history.bytes_max", "1099511627776", "1099511627776"},
    {"history.evicted_ids_max", "0", "0"},
    {"history.evicted_ids_max", "10000000", "10000000"},
    {"store.kind", "sqlite", "sqlite"},
    {"store.kind", "memory", "memory"},
    {"store.kind", "redis", "redis"},
    {"store.url", "redis://10.0.0.1:7000/3", "10.0.0.1:7000/3"},
    {"store.url", "redis://localhost", "localhost:6379/0"},
    {"store.url", "unix:///run/redis.sock", "/run/redis.sock"},
    {"store.url", "rediss://r.example/1", "tls r.example:6379/1"},
    {"store.user", "sse", "sse"},
    {"store.password", "p w", "p w"},
    {"store.password_file", "/run/p", "/run/p"},
    {"store.tls.ca_file", "/ca", "/ca"},
    {"store.tls.certificate_file", "/c", "/c"},
    {"store.tls.key_file", "/k", "/k"},
    {"store.tls.server_name", "r.example", "r.example"},
    {"store.namespace", "chat", "chat"},
    {"store.path", "/a b/c.db", "/a b/c.db"},
    {"store.durability", "full", "full"},
    {"store.durability", "process", "process"},
    {"fastcgi.bodies_bytes_max", "1048576", "1048576"},
    {"fastcgi.bodies_bytes_max", "1099511627776", "1099511627776"},
    {"streams.subscriptions_bytes_max", "1048576", "1048576"},
    {"streams.subscriptions_bytes_max", "1099511627776", "1099511627776"},
    {"store.pending_bytes_max", "65536", "65536"},
    {"store.pending_bytes_max", "1099511627776", "1099511627776"},
    {"stats.allowed", "anyone", "anyone"},
    {"stats.allowed", "nobody", "nobody"},
    {"stats.allowed", "loopback", "loopback"},
    {"stats.interval_seconds", "0.1", "100 ms"},
    {"stats.interval_seconds", "10", "10000 ms"},
    {"presence.topics", "[room/*, news]", "room/* news"},
    {"presence.grace_seconds", "0", "0 ms"},
    {"presence.grace_seconds", "3600", "3600000 ms"},
    {"presence.names_max", "0", "0"},
    {"presence.names_max", "10000", "10000"},
    {"hooks.url", "https://app.example/hooks?a=b", "https://app.example/hooks?a=b"},
    {"hooks.url", "http://[::1]:3000", "http://[::1]:3000"},
    {"hooks.topics", "[room/*, news]", "room/* news"},
    {"hooks.events", "opened", "opened "},
    {"hooks.events", "[closed, occupied, vacated]", "occupied vacated closed "},
    {"hooks.key_file", "/etc/hooks.key", "/etc/hooks.key"},
    {"hooks.ca_file", "/etc/ca.pem", "/etc/ca.pem"},
    {"hooks.worker", "web 1", "web 1"},
    {"hooks.grace_seconds", "0", "0 ms"},
    {"hooks.grace_seconds", "3600", "3600000 ms"},
    {"hooks.timeout_seconds", "0.1", "100 ms"},
    {"hooks.timeout_seconds", "60", "60000 ms"},
    {"hooks.batch_seconds", "0", "0 ms"},
    {"hooks.batch_seconds", "60", "60000 ms"},
    {"hooks.batch_max", "1", "1"},
    {"hooks.batch_max", "10000", "10000"},
    {"hooks.retry_seconds_max", "1", "1000 ms"},
    {"hooks.retry_seconds_max", "86400", "86400000 ms"},
    {"hooks.heartbeat_seconds", "0", "0 ms"},
    {"hooks.heartbeat_seconds", "3600", "3600000 ms"},
    {"hooks.queue_bytes_max", "65536", "65536"},
    {"hooks.queue_bytes_max", "1073741824", "1073741824"},
    {"loops", "2", "2"},
    {"loops", "64", "64"},
    {"greeting.message", "Guten Tag", "Guten Tag"},
    {"greeting.message", "\"\"", ""},
    {"greeting.message", "42", "42"},
    {"greeting.message", "\"a\\nb\"", "a\nb"},
    {"greeting.interval_seconds", "0.01", "10 ms"},
    {"greeting.interval_seconds", "86400", "86400000 ms"},
    {"greeting.duration_seconds", "0", "0 ms"},
    {"greeting.duration_seconds", "86400", "86400000 ms"},
    {"access.tokens.readers.keys", "[]", ""},
    {"access.tokens.readers.keys", "[{secret: ssssssssssssssssssssssssssssssss, algorithm: HS256}]",
     "secret ssssssssssssssssssssssssssssssss HS256 ;"},
    {"access.tokens.readers.keys",
     "[{secret_file: /s, algorithm: HS512, key_id: a}, {public_key_file: /p}, {jwks_file: /j, algorithm: "
     "RS256}]",
     "secret_file /s HS512 a;public_key_file /p - ;jwks_file /j RS256 ;"},
    {"access.tokens.readers.audience", "chat", "chat"},
    {"access.tokens.readers.issuer", "https://login.example", "https://login.example"},
    {"access.tokens.readers.leeway_seconds", "0", "0 s"},
    {"access.tokens.readers.leeway_seconds", "600", "600 s"},
    {"access.tokens.readers.lifetime_seconds_max", "315360000", "315360000 s"},
    {"access.tokens.readers.expiry", "optional", "optional"},
    {"access.tokens.readers.expiry", "required", "required"},
    {"access.tokens.readers.topics_max", "1", "1"},
    {"access.tokens.readers.topics_max", "1000", "1000"},
    {"access.tokens.readers.topic_bytes_max", "1", "1"},
    {"access.tokens.readers.topic_bytes_max", "8192", "8192"},
    {"access.tokens.publishers.keys", "[]", ""},
    {"access.tokens.publishers.keys", "[{secret: ssssssssssssssssssssssssssssssss, algorithm: HS256}]",
     "secret ssssssssssssssssssssssssssssssss HS256 ;"},
    {"access.tokens.publishers.keys",
     "[{secret_file: /s, algorithm: HS512, key_id: a}, {public_key_file: /p}, {jwks_file: /j, algorithm: "
     "RS256}]",
     "secret_file /s HS512 a;public_key_file /p - ;jwks_file /j RS256 ;"},
    {"access.tokens.publishers.audience", "chat", "chat"},
    {"access.tokens.publishers.issuer", "https://login.example", "https://login.example"},
    {"access.tokens.publishers.leeway_seconds", "0", "0 s"},
    {"access.tokens.publishers.leeway_seconds", "600", "600 s"},
    {"access.tokens.publishers.lifetime_seconds_max", "315360000", "315360000 s"},
    {"access.tokens.publishers.expiry", "optional", "optional"},
    {"access.tokens.publishers.expiry", "required", "required"},
    {"access.tokens.publishers.topics_max", "1", "1"},
    {"access.tokens.publishers.topics_max", "1000", "1000"},
    {"access.tokens.publishers.topic_bytes_max", "1", "1"},
    {"access.tokens.publishers.topic_bytes_max", "8192", "8192"},
    {"access.tokens.cookie", "__Secure-token", "__Secure-token"},
    {"access.resume_key_file", "/r", "/r"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(keys_suite)

BOOST_AUTO_TEST_CASE(each_changes_its_setting_alone) {
  for (const auto& [key, yaml, value] : accepted) {
    auto expected = values_of(Config{});
    expected.at(key) = value;
    BOOST_TEST(printable(values_of(yaml_for(key, yaml))) == printable(expected));
  }
}

BOOST_AUTO_TEST_CASE(the_table_has_every_key) {
  for (const auto& [key, value] : values_of(Config{})) {
    const auto changes = [&](const Accepted& each) { return each.key == key && each.value != value; };
    BOOST_TEST((std::ranges::find_if(accepted, changes) != std::end(accepted)), key);
  }
}

BOOST_AUTO_TEST_CASE(seconds_are_exact_to_the_millisecond) {
  const std::pair<const char*, const char*> times[] = {
      {"1", "1000 ms"},     {"1.5", "1500 ms"},   {"1.25", "1250 ms"},  {"1.001", "1001 ms"},
      {"0.999", "999 ms"},  {"01.5", "1500 ms"},  {"2.000", "2000 ms"}, {"2.0", "2000 ms"},
      {"4.035", "4035 ms"}, {"'1.5'", "1500 ms"}, {"0.1", "100 ms"},    {"0.100", "100 ms"}};
  for (const auto& [yaml, value] : times) {
    BOOST_TEST(values_of(yaml_for("fastcgi.idle_seconds", yaml)).at("fastcgi.idle_seconds") == value, yaml);
  }
}

BOOST_AUTO_TEST_CASE(quoted_numbers_and_anchors_are_yaml_too) {
  auto expected = values_of(Config{});
  expected.at("streams.max") = expected.at("fastcgi.pending_max") = "7";
  BOOST_TEST(printable(values_of("streams: {max: &n '7'}\nfastcgi: {pending_max: *n}\n")) ==
             printable(expected));
}

BOOST_AUTO_TEST_SUITE_END()
