// Each kind of mistake, with the whole sentence that the operator reads.
#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "unit/config/values.hpp"

using namespace worker::config;

namespace {

struct Wrong {
  const char* yaml;
  const char* sentence;
};

void check(std::initializer_list<Wrong> table) {
  for (const auto& [yaml, sentence] : table) BOOST_TEST(mistake_in(yaml) == sentence);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(mistakes_suite)

BOOST_AUTO_TEST_CASE(whole_numbers) {
  const std::string expected = "f:2:8: streams.max: must be a whole number from 1 to 1000000, not `";
  for (const auto* value :
       {"0", "1000001", "-1", "+1", "1.5", "1e3", "0x10", "many", "1 2", "''", "99999999999999999999999"}) {
    const auto printable = std::string(value) == "''" ? "" : value;
    BOOST_TEST(mistake_in(yaml_for("streams.max", value)) == expected + printable + "`");
  }
  check({
      {"listen_backlog: 0\n", "f:1:17: listen_backlog: must be a whole number from 1 to 65535, not `0`"},
      {"listen_backlog: 65536\n",
       "f:1:17: listen_backlog: must be a whole number from 1 to 65535, not `65536`"},
      {"fastcgi:\n  pending_max: 0\n",
       "f:2:16: fastcgi.pending_max: must be a whole number from 1 to 1000000, not `0`"},
      {"fastcgi:\n  pending_max: 1000001\n",
       "f:2:16: fastcgi.pending_max: must be a whole number from 1 to 1000000, not `1000001`"},
      {"fastcgi:\n  head_bytes_max: 1023\n",
       "f:2:19: fastcgi.head_bytes_max: must be a whole number from 1024 to 1048576, not `1023`"},
      {"fastcgi:\n  head_bytes_max: 1048577\n",
       "f:2:19: fastcgi.head_bytes_max: must be a whole number from 1024 to 1048576, not `1048577`"},
      {"fastcgi:\n  body_bytes_max: 1023\n",
       "f:2:19: fastcgi.body_bytes_max: must be a whole number from 1024 to 1073741824, not `1023`"},
      {"fastcgi:\n  body_bytes_max: 1073741825\n",
       "f:2:19: fastcgi.body_bytes_max: must be a whole number from 1024 to 1073741824, not `1073741825`"},
      {"streams:\n  outbox_bytes_max: 4095\n",
       "f:2:21: streams.outbox_bytes_max: must be a whole number from 4096 to 1073741824, not `4095`"},
      {"streams:\n  outbox_bytes_max: 1073741825\n",
       "f:2:21: streams.outbox_bytes_max: must be a whole number from 4096 to 1073741824, not `1073741825`"},
  });
}

BOOST_AUTO_TEST_CASE(seconds) {
  const std::string expected =
      "f:2:21: fastcgi.deadline_seconds: must be seconds from 0.1 to 600, with at most three decimals, not `";
  for (const auto* value : {"0.099", "600.001", "601", "-1", "1.", ".5", "1.2345", "1e1", "1.2.3", "+5",
                            "1.+5", "99999999999999999999", "1000000001"}) {
    BOOST_TEST(mistake_in(yaml_for("fastcgi.deadline_seconds", value)) == expected + value + "`");
  }
  const auto range = [](const char* key, const char* value) {
    const auto sentence = mistake_in(yaml_for(key, value));
    const auto begin = sentence.find("from ");
    return sentence.substr(begin, sentence.find(',') - begin);
  };
  BOOST_TEST(range("drain_seconds", "3600.001") == "from 0 to 3600");
  BOOST_TEST(range("fastcgi.idle_seconds", "0.099") == "from 0.1 to 86400");
  BOOST_TEST(range("fastcgi.idle_seconds", "86400.001") == "from 0.1 to 86400");
  BOOST_TEST(range("streams.retry_seconds", "3600.001") == "from 0 to 3600");
  BOOST_TEST(range("streams.retry_jitter_seconds", "3600.001") == "from 0 to 3600");
  BOOST_TEST(range("greeting.interval_seconds", "0.009") == "from 0.01 to 86400");
  BOOST_TEST(range("greeting.interval_seconds", "86400.001") == "from 0.01 to 86400");
  BOOST_TEST(range("greeting.duration_seconds", "86400.001") == "from 0 to 86400");
}

BOOST_AUTO_TEST_CASE(numbers_with_units_or_separators) {
  const auto number = [](const char* key, const char* value) {
    const auto sentence = mistake_in(yaml_for(key, value));
    return sentence.substr(sentence.find("not `"));
  };
  BOOST_TEST(
      mistake_in("history:\n  bytes_max: 64MB\n") ==
      "f:2:14: history.bytes_max: must be a whole number from 65536 to 1099511627776, not `64MB`; write "
      "67108864");
  for (const auto* value : {"64M", "64m", "64 MiB", "64mb", "65_536K", "65,536 KB"})
    BOOST_TEST(number("history.bytes_max", value) == "not `" + std::string(value) + "`; write 67108864");
  BOOST_TEST(number("streams.max", "10k") == "not `10k`; write 10000");
  BOOST_TEST(number("streams.max", "1_000") == "not `1_000`; write 1000");
  BOOST_TEST(number("streams.max", "1,000") == "not `1,000`; write 1000");
  // Nothing is proposed that would be refused, or that nobody meant.
  for (const auto* value : {"10m", "10kb", "10 streams", "k", "1.5k", "10kk", "9999999999k", "-1k"})
    BOOST_TEST(number("streams.max", value) == "not `" + std::string(value) + "`");
  BOOST_TEST(mistake_in("drain_seconds: 5s\n") ==
             "f:1:16: drain_seconds: must be seconds from 0 to 3600, with at most three decimals, not `5s`; "
             "write 5");
  const std::pair<const char*, const char*> times[] = {{"5 s", "5"},       {"500ms", "0.5"}, {"2 min", "120"},
                                                       {"2m", "120"},      {"1h", "3600"},   {"1.5min", "90"},
                                                       {"5 seconds", "5"}, {"1,5", "1.5"},   {"1,5s", "1.5"}};
  for (const auto& [value, meant] : times)
    BOOST_TEST(number("drain_seconds", value) == fmt::format("not `{}`; write {}", value, meant));
  for (const auto* value : {"2h", "1d", "5x", "s", "1.2345s", "5 s 3", "-5s"})
    BOOST_TEST(number("drain_seconds", value) == "not `" + std::string(value) + "`");
}

BOOST_AUTO_TEST_CASE(lists) {
  BOOST_TEST(
      mistake_in("streams:\n  conflate: prices/a\n") ==
      "f:2:13: streams.conflate: must be a list of topic names and patterns, such as [news, \"prices/*\"]");
}

BOOST_AUTO_TEST_CASE(modes) {
  for (const auto* value :
       {"66", "00660", "0668", "1777", "rw", "0o660", "-660", "0x66", "99999999999999999999999"}) {
    BOOST_TEST(mistake_in(yaml_for("listen_mode", value)) ==
               "f:1:14: listen_mode: must be three or four octal digits such as \"0660\", not `" +
                   std::string(value) + "`");
  }
}

BOOST_AUTO_TEST_CASE(words) {
  check({
      {"log:\n  level: loud\n",
       "f:2:10: log.level: must be one of trace, debug, info, warning, error, critical, off, not `loud`"},
      {"log:\n  level: INFO\n",
       "f:2:10: log.level: must be one of trace, debug, info, warning, error, critical, off, not `INFO`"},
      {"log:\n  to: stdout\n", "f:2:7: log.to: must be auto, stderr or syslog, not `stdout`"},
      {"store:\n  kind: disk\n", "f:2:9: store.kind: must be memory, sqlite or redis, not `disk`"},
      {"store:\n  namespace: '{a}'\n",
       "f:2:14: store.namespace: must be a name of 1 to 200 bytes without braces, not `{a}`"},
      {"store:\n  path: ''\n", "f:2:9: store.path: must be the path of a file, not ``"},
      {"store:\n  durability: none\n", "f:2:15: store.durability: must be process or full, not `none`"},
      {"stats:\n  allowed: everyone\n",
       "f:2:12: stats.allowed: must be loopback, anyone or nobody, not `everyone`"},
      {"stats:\n  allowed: ''\n", "f:2:12: stats.allowed: must be loopback, anyone or nobody, not ``"},
      {"stats:\n  busiest_topics: 101\n",
       "f:2:19: stats.busiest_topics: must be a whole number from 0 to 100, not `101`"},
      {"listen: w.sock\n",
       "f:1:9: listen: must be the path of a socket, with a slash in it, or a numeric ADDRESS:PORT, not "
       "`w.sock`"},
      {"listen: ''\n",
       "f:1:9: listen: must be the path of a socket, with a slash in it, or a numeric ADDRESS:PORT, not ``"},
  });
}

BOOST_AUTO_TEST_CASE(presence) {
  check({
      {"presence:\n  names_max: 10001\n",
       "f:2:14: presence.names_max: must be a whole number from 0 to 10000, not `10001`"},
  });
  BOOST_TEST(parse("store:\n  kind: redis\npresence:\n  topics: [a]\n", "f").has_value());
}

BOOST_AUTO_TEST_CASE(hooks_know_their_receiver) {
#define EVENTS "hooks.events: must be a list of occupied, vacated, opened and closed"
  check({
      {"hooks:\n  url: ftp://app\n", "f:2:8: hooks.url: must begin with https:// or http://"},
      {"hooks:\n  url: https:///hooks\n", "f:2:8: hooks.url: has no host"},
      {"hooks:\n  url: https://:80\n", "f:2:8: hooks.url: has no host"},
      {"hooks:\n  url: https://app/#a\n", "f:2:8: hooks.url: must not have a fragment (#…)"},
      {"hooks:\n  url: https://app/a b\n",
       "f:2:8: hooks.url: must be printable ASCII without spaces; encode other characters as %XX"},
      {"hooks:\n  url: https://a:b@app/\n",
       "f:2:8: hooks.url: must not have a user or password; the receiver verifies the signature instead"},
      {"hooks:\n  events: []\n", "f:2:11: " EVENTS ", and not empty"},
      {"hooks:\n  events: [open]\n", "f:2:12: " EVENTS ", not `open`"},
      {"hooks:\n  url: http://app\n  topics: []\n",
       "f:3:11: hooks.topics: must not be empty; [\"*\"] is all topics"},
  });
#undef EVENTS
  const std::string longest = "http://app/" + std::string(2'037, 'a');
  BOOST_TEST(parse("hooks: {url: " + longest + "}", "f").has_value());
  BOOST_TEST(!parse("hooks: {url: " + longest + "a}", "f").has_value());
}

BOOST_AUTO_TEST_CASE(another_shape_than_a_word) {
  check({
      {"greeting:\n  message: [a]\n", "f:2:12: greeting.message: must be text"},
      {"greeting:\n  message: {a: b}\n", "f:2:12: greeting.message: must be text"},
      {"streams:\n  max: [1]\n", "f:2:8: streams.max: must be a whole number from 1 to 1000000"},
      {"drain_seconds: {a: 1}\n",
       "f:1:16: drain_seconds: must be seconds from 0 to 3600, with at most three decimals"},
      {"listen_mode: [6]\n", "f:1:14: listen_mode: must be three or four octal digits such as \"0660\""},
      {"log:\n  to: [stderr]\n", "f:2:7: log.to: must be auto, stderr or syslog"},
      {"listen: [/a]\n",
       "f:1:9: listen: must be the path of a socket, with a slash in it, or a numeric ADDRESS:PORT"},
  });
}

// What would otherwise stop the start, or listen on another port than the one that was meant.
BOOST_AUTO_TEST_CASE(addresses) {
  for (const auto* address :
       {"127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:99999", "127.0.0.1:99999999999", "127.0.0.1:-1",
        "127.0.0.1:+80", "127.0.0.1:http", "127.0.0.1:80x", "localhost:80", "127.1:80", "256.0.0.1:80",
        "*:80", ":80", "::1:80", "[::1", "[]:80", "[127.0.0.1]:80", "[::1%lo]:80", "[::1]80:"}) {
    BOOST_TEST(
        mistake_in("listen: '" + std::string(address) + "'\n") ==
        "f:1:9: listen: must be the path of a socket, with a slash in it, or a numeric ADDRESS:PORT, not `" +
            std::string(address) + "`");
  }
}

// `key:` and nothing behind it is a value somebody forgot; it is told where the key stands.
BOOST_AUTO_TEST_CASE(a_key_without_a_value) {
  for (const auto& [key, value] : values_of(Config{})) {
    const auto depth = std::ranges::count(key, '.');
    const auto place = fmt::format("f:{}:{}: ", depth + 1, 2 * depth + 1);
    for (const auto* nothing : {"", "~", "null", "\n\n# a comment"}) {
      BOOST_TEST(mistake_in(yaml_for(key, nothing)).starts_with(place + key + ": must be "), key);
    }
  }
  BOOST_TEST(
      mistake_in("streams:\n  max:\n  retry_seconds: 1\n") ==
      "f:2:3: streams.max: must be a whole number from 1 to 1000000, but there is no value; put a value "
      "that begins with # or & in quotes");
}

BOOST_AUTO_TEST_CASE(keys_of_tokens) {
  const auto in = [](const std::string& key) {
    return mistake_in("access: {tokens: {readers: {keys: [" + key + "]}}}\n");
  };
  const std::string at = "f:1:36: access.tokens.readers.keys[0]: ";
  const std::string one = at + "must have exactly one of secret, secret_file, public_key_file and jwks_file";
  BOOST_TEST(in("{algorithm: HS256}") == one);
  BOOST_TEST(in("{secret: a, jwks_file: b}") == one);
  BOOST_TEST(in("{jwks_file: ''}") == at + "needs the path of a file");
  BOOST_TEST(in("{secret_file: a}") == at + "needs `algorithm`: HS256, HS384 or HS512");
  BOOST_TEST(in("{secret_file: a, algorithm: ES256}")
                 .ends_with("[0].algorithm: must be HS256, HS384 or HS512 for a secret"));
  BOOST_TEST(
      in("{public_key_file: a, algorithm: HS256}")
          .ends_with(
              "must be an algorithm for public keys, such as ES256: HS256, HS384 and HS512 need a secret"));
  BOOST_TEST(
      in("{secret_file: a, algorithm: none}")
          .ends_with(
              "[0].algorithm: must be HS256, HS384, HS512, RS256, RS384, RS512, PS256, PS384, PS512, ES256, "
              "ES384, ES512 or EdDSA, not `none`"));
  BOOST_TEST(in("{secret: sssssssssssssssssssssssssssssss, algorithm: HS256}") ==
             "f:1:45: access.tokens.readers.keys[0].secret: has 31 bytes; HS256 needs at least 32. `openssl "
             "rand -base64 32` "
             "makes one");
  BOOST_TEST(in("{jwks_file: a, key_id: b}")
                 .ends_with("[0].key_id: is for a single key; the keys of a JWK set have a `kid` each"));
  BOOST_TEST(in("{jwk_file: a}").find("is not a key here; did you mean jwks_file?") != std::string::npos);
  BOOST_TEST(in("{jwks_file: a, jwk_file: a}").find("did you mean jwks_file?") != std::string::npos);
  BOOST_TEST(in("a").ends_with(
      "readers.keys: must be a list of keys, each a mapping such as {jwks_file: /etc/sse-worker/keys.json}"));
  std::string many;
  for (int n = 0; n < 21; ++n) many += "{jwks_file: a},";
  BOOST_TEST(in(many).ends_with("readers.keys: has 21 entries; at most 20 are allowed"));
  BOOST_TEST(mistake_in(yaml_for("access.tokens.readers.keys", "x")).find("must be a list of keys") !=
             std::string::npos);
  BOOST_TEST(mistake_in(yaml_for("mercure.tokens.access_token_cookie", "a=b")) ==
             "f:3:26: mercure.tokens.access_token_cookie: must be the name of a cookie, or empty, not `a=b`");
  for (const auto* url :
       {"example.com/.well-known/mercure", "https://example.com/", "https://example.com",
        "https:///.well-known/mercure", "https://example.com/hub/.well-known/mercure",
        "https://example.com/.well-known/mercure/", "ftp://example.com/.well-known/mercure",
        "https://Example.com/.well-known/mercure", "https://u@example.com/.well-known/mercure"})
    BOOST_TEST(mistake_in(yaml_for("mercure.url", url)) ==
               "f:2:8: mercure.url: must be empty, or https://HOST/.well-known/mercure with the host that "
               "clients know, "
               "not `" +
                   std::string(url) + "`");
  BOOST_TEST(mistake_in(yaml_for("access.tokens.cookie", "a=b")) ==
             "f:3:13: access.tokens.cookie: must be the name of a cookie, or empty, not `a=b`");
  BOOST_TEST(mistake_in(yaml_for("access.tokens.readers.leeway_seconds", "601"))
                 .ends_with("access.tokens.readers.leeway_seconds: must be seconds from 0 to 600, with at "
                            "most three decimals, "
                            "not `601`"));
  BOOST_TEST(mistake_in(yaml_for("access.tokens.publishers.topics_max", "1001"))
                 .ends_with("must be a whole number from 1 to 1000, not `1001`"));
  BOOST_TEST(mistake_in(yaml_for("access.tokens.publishers.expiry", "maybe"))
                 .ends_with("must be required or optional, not `maybe`"));
}

BOOST_AUTO_TEST_SUITE_END()
