// Configurations with former names of keys: they mean the same, and each former name gives a warning.
#include <boost/test/unit_test.hpp>

#include "config/renamed_keys.hpp"
#include "metrics/limits.hpp"
#include "unit/config/values.hpp"

using namespace worker::config;

namespace {

// A value other than the default for each renamed key, all in one file.
constexpr const char* former = R"(gate:
  pending_max: 7
journal:
  kind: redis
  hub: chat
  waiting_bytes_max: 70000
history:
  past_ids_max: 8
stats: {readers: nobody}
)";
constexpr const char* current = R"(fastcgi:
  pending_max: 7
store:
  kind: redis
  namespace: chat
  pending_bytes_max: 70000
history:
  evicted_ids_max: 8
stats: {allowed: nobody}
)";

std::vector<std::string> warnings_of(const std::string& yaml) {
  std::vector<std::string> texts;
  const auto config = parse(yaml, "f").value();
  for (const auto& [place, sentence] : config.warnings) texts.push_back(place + ": " + sentence);
  return texts;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(renamed_keys_suite)

BOOST_AUTO_TEST_CASE(former_names_mean_the_same) {
  BOOST_TEST(printable(values_of(former)) == printable(values_of(current)));
  BOOST_TEST(printable(values_of(former)) != printable(values_of(Config{})));
}

BOOST_AUTO_TEST_CASE(each_former_name_gives_a_warning) {
  const std::vector<std::string> expected = {
      "f:1:1: gate is a former name; write fastcgi",
      "f:3:1: journal is a former name; write store",
      "f:8:3: history.past_ids_max is a former name; write history.evicted_ids_max",
      "f:5:3: journal.hub is a former name; write store.namespace",
      "f:6:3: journal.waiting_bytes_max is a former name; write store.pending_bytes_max",
      "f:9:9: stats.readers is a former name; write stats.allowed"};
  BOOST_TEST(warnings_of(former) == expected, boost::test_tools::per_element());
  BOOST_TEST(expected.size() == renamed_keys.size());
  BOOST_TEST(warnings_of(current).empty());
}

BOOST_AUTO_TEST_CASE(a_former_name_in_a_section_with_its_new_name) {
  const auto config = parse("store:\n  hub: chat\n", "f").value();
  BOOST_TEST(config.storage.redis.key_namespace == "chat");
  BOOST_TEST(warnings_of("store:\n  hub: chat\n") ==
                 std::vector<std::string>{"f:2:3: store.hub is a former name; write store.namespace"},
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(both_names_at_once) {
  BOOST_TEST(mistake_in("journal:\n  kind: memory\nstore:\n  kind: memory\n") ==
             "f:3:1: store: is given twice, first in line 1 as journal; remove one");
  BOOST_TEST(mistake_in("stats:\n  allowed: anyone\n  readers: anyone\n") ==
             "f:3:3: stats.readers: is given twice, first in line 2 as stats.allowed; remove one");
}

// Messages name the key as the file has it.
BOOST_AUTO_TEST_CASE(mistakes_in_former_names) {
  BOOST_TEST(mistake_in("journal:\n  kind: disk\n") ==
             "f:2:9: journal.kind: must be memory, sqlite or redis, not `disk`");
  BOOST_TEST(mistake_in("stats:\n  readers:\nlog: {}\n").starts_with("f:2:3: stats.readers: must be "));
  BOOST_TEST(mistake_in("gate:\n  deadlines: 1\n").starts_with("f:2:3: gate.deadlines: is not a key here; "));
  // Only where it was a key.
  BOOST_TEST(mistake_in("log:\n  gate: 1\n").starts_with("f:2:3: log.gate: is not a key here; "));
}

BOOST_AUTO_TEST_CASE(limits_are_counted_by_keys_of_the_configuration) {
  const auto values = values_of(Config{});
  for (const auto key : worker::metrics::Limits::keys) BOOST_TEST(values.contains(std::string(key)), key);
}

BOOST_AUTO_TEST_SUITE_END()
