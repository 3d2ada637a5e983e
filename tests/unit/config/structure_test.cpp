// The shape of the file: sections, unknown and repeated keys, what is no YAML at all.
#include <boost/test/unit_test.hpp>

#include "unit/config/values.hpp"

using namespace worker::config;

BOOST_AUTO_TEST_SUITE(structure_suite)

BOOST_AUTO_TEST_CASE(nothing_said_is_all_defaults) {
  const auto defaults = printable(values_of(Config{}));
  for (const auto* yaml : {"", "\n", "# a comment\n", "---\n", "--- {}\n", "---\n...\n", "{}", "~",
                           "log:\ngreeting: {}\nfastcgi: ~\n"}) {
    BOOST_TEST(printable(values_of(yaml)) == defaults, yaml);
  }
}

BOOST_AUTO_TEST_CASE(unknown_keys) {
  BOOST_TEST(
      mistake_in("listen_mode: 0660\nlisten_modes: 0660\n") ==
      "f:2:1: listen_modes: is not a key here; did you mean listen_mode? known keys: access, drain_seconds, "
      "fastcgi, flush, greeting, history, hooks, "
      "listen, listen_backlog, listen_mode, log, loops, mercure, presence, publish, stats, store, streams");
  BOOST_TEST(mistake_in("log:\n  level: info\n  file: x\n") ==
             "f:3:3: log.file: is not a key here; known keys: level, to");
  BOOST_TEST(mistake_in("fastcgi:\n    max: 1\n") ==
             "f:2:5: fastcgi.max: is not a key here; known keys: bodies_bytes_max, body_bytes_max, "
             "deadline_seconds, head_bytes_max, "
             "idle_seconds, pending_max");
  BOOST_TEST(
      mistake_in("streams: {gate: 1}\n") ==
      "f:1:11: streams.gate: is not a key here; known keys: conflate, default_topics, heartbeat_seconds, "
      "lifetime_seconds, max, outbox_bytes_max, patterns_max, per_address_max, per_subject_max, "
      "poll_seconds_max, "
      "retry_jitter_seconds, retry_seconds, stall_seconds, subscriptions_bytes_max, templates_max, "
      "topics_max");
  BOOST_TEST(
      mistake_in("greeting: {Message: x}\n") ==
      "f:1:12: greeting.Message: is not a key here; did you mean message? known keys: duration_seconds, "
      "interval_seconds, message");
  BOOST_TEST(mistake_in("<<: {drain_seconds: 1}\n").starts_with("f:1:1: <<: is not a key here; "));
  BOOST_TEST(mistake_in("'': 1\n").starts_with("f:1:1: is not a key here; "));
}

BOOST_AUTO_TEST_CASE(keys_given_twice) {
  BOOST_TEST(mistake_in("drain_seconds: 1\ndrain_seconds: 1\n") ==
             "f:2:1: drain_seconds: is given twice, first in line 1; remove one");
  BOOST_TEST(mistake_in("log:\n  to: stderr\n  level: info\n  to: stderr\n") ==
             "f:4:3: log.to: is given twice, first in line 2; remove one");
  BOOST_TEST(mistake_in("log:\n  to: stderr\nfastcgi:\nlog:\n  level: info\n") ==
             "f:4:1: log: is given twice, first in line 1; remove one");
  BOOST_TEST(mistake_in("drain_seconds: 1\n'drain_seconds': 1\n") ==
             "f:2:1: drain_seconds: is given twice, first in line 1; remove one");
}

BOOST_AUTO_TEST_CASE(what_is_no_mapping) {
  BOOST_TEST(mistake_in("- a\n- b\n") == "f:1:1: must be a mapping of keys to values");
  BOOST_TEST(mistake_in("\n\n  word\n") == "f:3:3: must be a mapping of keys to values");
  BOOST_TEST(mistake_in("log: info\n") == "f:1:6: log: must be a mapping of keys to values");
  BOOST_TEST(mistake_in("log:\n  - info\n") == "f:2:3: log: must be a mapping of keys to values");
  BOOST_TEST(mistake_in("fastcgi: 5\n") == "f:1:10: fastcgi: must be a mapping of keys to values");
}

BOOST_AUTO_TEST_CASE(keys_that_are_no_words) {
  BOOST_TEST(mistake_in("? [a, b]\n: c\n") == "f:1:3: has a key that is not a word");
  BOOST_TEST(mistake_in("log:\n  ? {a: b}\n  : c\n") == "f:2:5: log: has a key that is not a word");
  BOOST_TEST(mistake_in("~: c\n") == "f:1:1: has a key that is not a word");
}

BOOST_AUTO_TEST_CASE(a_key_that_belongs_to_the_section_before_it) {
  BOOST_TEST(
      mistake_in("log:\nlevel: info\n")
          .starts_with("f:2:1: level: is not a key here; indent it if it belongs to log; known keys: "));
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_text_end_in_a_sentence) {
  for (int byte = 0; byte < 256; ++byte) {
    const auto letter = static_cast<char>(byte);
    if (letter == ',') continue;
    for (const auto& yaml : {std::string(1, letter), std::string("log: ") + letter,
                             std::string(1, letter) + ": 1", std::string("log:\n  to: ") + letter + "\n"}) {
      const auto config = parse(yaml, "f");
      if (!config) BOOST_TEST(config.error().starts_with("f:"), config.error());
    }
  }
}

// What stands in it would be ignored.
BOOST_AUTO_TEST_CASE(a_second_document) {
  for (const auto* yaml :
       {"drain_seconds: 1\n---\ndrain_seconds: 2\n", "drain_seconds: 1\n---\n", "---\n---\n"}) {
    BOOST_TEST(mistake_in(yaml).ends_with(": a second YAML document begins here; only one is allowed"), yaml);
  }
  BOOST_TEST(mistake_in("log: {}\n...\nfastcgi: {}\n") ==
             "f:3:1: fastcgi: a second YAML document begins here; only one is allowed");
}

// One sentence, about whichever is read first.
BOOST_AUTO_TEST_CASE(one_mistake_at_a_time) {
  BOOST_TEST(mistake_in("log:\n  to: nowhere\n  level: loud\n").starts_with("f:3:10: log.level: "));
  BOOST_TEST(mistake_in("unknown: 1\nlog:\n  to: nowhere\n").starts_with("f:3:7: log.to: "));
}

BOOST_AUTO_TEST_SUITE_END()
