// What is no YAML, or YAML that nobody meant: the whole sentence, with the place to change.
#include <boost/test/unit_test.hpp>

#include "unit/config/values.hpp"

using namespace worker::config;

namespace {

struct Wrong {
  std::string yaml;
  const char* sentence;
};

void check(std::initializer_list<Wrong> table) {
  for (const auto& [yaml, sentence] : table) BOOST_TEST(mistake_in(yaml) == sentence);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(yaml_mistake_suite)

BOOST_AUTO_TEST_CASE(tabs) {
  check({
      {"log:\n\tlevel: info\n", "f:2:1: log.level: a tab where YAML wants spaces; indent with spaces"},
      {"log:\r\n\tlevel: info\r\n", "f:2:1: log.level: a tab where YAML wants spaces; indent with spaces"},
      {"log:\n  to: stderr\n\tlevel: info\n",
       "f:3:1: log.level: a tab where YAML wants spaces; indent with spaces"},
      {"log:\n  to: stderr\n \tlevel: info\n",
       "f:3:2: log.level: a tab where YAML wants spaces; indent with spaces"},
      {"\tloops: 2\n", "f:1:1: loops: a tab where YAML wants spaces; indent with spaces"},
  });
}

BOOST_AUTO_TEST_CASE(tabs_elsewhere_are_right) {
  for (const auto* yaml : {"loops:\t2\n", "loops: 2\t# two\n", "\t\nloops: 2\n", "loops: 2 #\n\t# two\n"})
    BOOST_TEST(mistake_in(yaml) == "no mistake", yaml);
}

BOOST_AUTO_TEST_CASE(what_must_be_in_quotes) {
  const std::string star = "streams.conflate: a value that begins with * must be in quotes: \"*\"";
  BOOST_TEST(mistake_in("streams:\n  conflate: [*]\n") == "f:2:14: " + star);
  BOOST_TEST(mistake_in("streams:\n  conflate: [prices/*, *]\n") == "f:2:24: " + star);
  BOOST_TEST(mistake_in("streams:\n  conflate: [*/b]\n") == "f:2:14: " + star);
  BOOST_TEST(mistake_in("streams:\n  conflate: *\n") == "f:2:13: " + star);
  BOOST_TEST(mistake_in("streams:\n  conflate:\n    - *\n") == "f:3:7: " + star);
  BOOST_TEST(mistake_in("streams:\n  conflate:\n  - a\n  - *\n") == "f:4:5: " + star);
  check({
      {"listen: *nobody\n", "f:1:9: listen: a value that begins with * must be in quotes: \"*\""},
      {"publish:\n  key: @secret\n",
       "f:2:8: publish.key: a value that begins with @ must be in quotes: \"@…\""},
      {"publish:\n  key: %secret\n",
       "f:2:8: publish.key: a value that begins with % must be in quotes: \"%…\""},
      {"publish:\n  key: `secret`\n",
       "f:2:8: publish.key: a value that begins with ` must be in quotes: \"`…\""},
      {"publish:\n  key: !secret\n",
       "f:2:8: publish.key: a value that begins with ! must be in quotes: \"!…\""},
      {"publish:\n  key: |secret\n",
       "f:2:8: publish.key: a value that begins with | must be in quotes: \"|…\""},
      {"publish:\n  key: >secret\n",
       "f:2:8: publish.key: a value that begins with > must be in quotes: \">…\""},
      {"publish:\n  key: ,secret\n",
       "f:2:8: publish.key: a value that begins with , must be in quotes: \",…\""},
      {"publish:\n  key: - secret\n",
       "f:2:8: publish.key: a value that begins with - must be in quotes: \"-…\""},
      {"publish:\n  key: #secret\n",
       "f:2:3: publish.key: must be text, but there is no value; put a value that begins with # or & in "
       "quotes"},
      {"publish:\n  key: &secret\n",
       "f:2:3: publish.key: must be text, but there is no value; put a value that begins with # or & in "
       "quotes"},
      {"@loops: 2\n", "f:1:1: a value that begins with @ must be in quotes: \"@…\""},
      {"listen: [::1]:9000\n", "f:1:14: listen: text after the closing ]; put the whole value in quotes"},
      {"greeting:\n  message: it's: mine\n",
       "f:2:16: greeting.message: a second `: ` in one line; put a value that contains `: ` in quotes, and "
       "each key on its own line"},
      {"streams: max: 1\n",
       "f:1:13: streams: a second `: ` in one line; put a value that contains `: ` in quotes, and each key "
       "on its own line"},
  });
}

BOOST_AUTO_TEST_CASE(quotes) {
  const std::string open = "a quote begins here and is not closed";
  // Without a word yaml-cpp would take the next line for a part of the key.
  BOOST_TEST(mistake_in("publish:\n  key: \"secret\n  topics_max: 3\n") == "f:2:8: publish.key: " + open);
  BOOST_TEST(mistake_in("publish:\n  key: \"secret") == "f:2:8: publish.key: " + open);
  BOOST_TEST(mistake_in("publish:\n  key: 'secret\n") == "f:2:8: publish.key: " + open);
  BOOST_TEST(mistake_in("\"loops: 2\n") == "f:1:1: " + open);
  check({
      {"greeting:\n  message: 'it's mine'\n",
       "f:2:16: greeting.message: text after the closing '; write '' for a quote inside"},
      {"publish:\n  key: \"a\"b\n",
       "f:2:11: publish.key: text after the closing \"; write \\\" for a quote inside"},
      {"store:\n  path: \"C:\\queue\"\n",
       "f:2:14: store.path: an unknown escape; write \\\\ for a backslash in double quotes, or use single "
       "quotes"},
  });
  for (const auto* yaml : {"greeting: {message: \"a # b\"}\n", "greeting: {message: it's}\n",
                           "greeting:\n  message: |\n    \"a\n", "greeting:\n  message: a\n    \"b\n"})
    BOOST_TEST(mistake_in(yaml) == "no mistake", yaml);
}

BOOST_AUTO_TEST_CASE(brackets) {
  check({
      {"log: {level: info\n", "f:1:6: log: { is not closed; add }, or put the value in quotes"},
      {"log: {level: info\nfastcgi:\n  idle_seconds: 1\n",
       "f:1:6: log: { is not closed; add }, or put the value in quotes"},
      {"streams:\n  conflate: [\"a]\", b\n  max: 3\n",
       "f:2:13: streams.conflate: [ is not closed; add ], or put the value in quotes"},
      {"publish:\n  key: [secret\n",
       "f:2:8: publish.key: [ is not closed; add ], or put the value in quotes"},
      {"publish:\n  key: }\n", "f:2:8: publish.key: a value that begins with } must be in quotes: \"}…\""},
  });
  BOOST_TEST(mistake_in(std::string(100'000, '[')).starts_with("f:1:1: "));
}

BOOST_AUTO_TEST_CASE(blanks_and_colons) {
  check({
      {"loops:2\n", "f:1:1: must be a mapping of keys to values; a space is missing after `loops:`"},
      {"publish:\n  key:secret\n",
       "f:2:3: publish: must be a mapping of keys to values; a space is missing after `key:`"},
      {"loops:2\ndrain_seconds: 1\n", "f:1:1: loops: a space is missing after the colon"},
      {"streams:\n  max:5\n  topics_max: 3\n", "f:2:3: streams.max: a space is missing after the colon"},
      {"streams:\n  conflate:\n  -a\n  max: 3\n",
       "f:3:3: streams.conflate: a space is missing after the dash"},
      {"loops: 2\nstreams\n  max: 1\n", "f:2:1: a colon is missing after the key"},
      {"loops = 2\n",
       "f:1:1: must be a mapping of keys to values; write `key: value` with a colon and a space"},
  });
}

BOOST_AUTO_TEST_CASE(indentation) {
  const std::string column = "unlike the lines before it; begin all keys of a section in the same column";
  BOOST_TEST(mistake_in("log:\n  level: info\n to: stderr\n") ==
             "f:3:2: log.to: is indented by 1, " + column);
  BOOST_TEST(mistake_in("log:\n    level: info\n  to: stderr\n") ==
             "f:3:3: log.to: is indented by 2, " + column);
  BOOST_TEST(mistake_in("  loops: 1\ndrain_seconds: 1\n") ==
             "f:2:1: drain_seconds: is indented by 0, " + column);
  BOOST_TEST(
      mistake_in("log:\n  level: info\n   to: stderr\n") ==
      "f:3:4: log.to: is indented further than line 2, which has a value; begin both in the same column");
}

BOOST_AUTO_TEST_CASE(encodings) {
  check({
      {"loops: 1\npublish:\n  key: M\xfcller\n", "f:3:9: publish.key: is not UTF-8; save the file as UTF-8"},
      {std::string("\xff\xfel\0o\0", 6), "f:1:1: is not UTF-8; save the file as UTF-8"},
      {std::string("l\0o\0", 4), "f:1:2: is not UTF-8; save the file as UTF-8"},
  });
}

BOOST_AUTO_TEST_CASE(files_from_windows_are_right) {
  auto expected = values_of(Config{});
  expected.at("loops") = "3";
  expected.at("streams.max") = "7";
  for (const auto* yaml :
       {"\xef\xbb\xbfloops: 3\nstreams:\n  max: 7\n", "loops: 3\r\nstreams:\r\n  max: 7\r\n",
        "\xef\xbb\xbfloops: 3\r\n\r\nstreams:\r\n  max: 7"})
    BOOST_TEST(printable(values_of(yaml)) == printable(expected));
}

BOOST_AUTO_TEST_SUITE_END()
