#include "probe/options.hpp"

#include <fmt/format.h>

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "support/parsed_command_line.hpp"

using worker::probe::Options;

namespace {

auto parsed(std::vector<std::string> words) {
  return worker::support::parsed(worker::probe::parse_command_line, "sse-worker probe", std::move(words));
}

Options options(std::vector<std::string> words) {
  const auto it = parsed(std::move(words));
  BOOST_REQUIRE_MESSAGE(std::holds_alternative<Options>(it.result), it.err);
  BOOST_TEST(it.out + it.err == "");
  return it.options();
}

struct Mistaken {
  std::vector<std::string> words;
  const char* sentence;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(options_suite)

BOOST_AUTO_TEST_CASE(defaults) {
  const auto it = options({"https://x.example"});
  BOOST_TEST(it.url == "https://x.example/events");
  BOOST_TEST(it.publish_url + it.key_file + it.header_file + it.topic + it.origin == "");
  BOOST_TEST(it.idle.count() == 0);
  BOOST_TEST(it.timeout.count() == 30);
  BOOST_TEST(!it.as_json);
}

BOOST_AUTO_TEST_CASE(all_options) {
  const auto it = options({"http://x/live?topic=a", "--publish", "http://y", "--key-file", "k",
                           "--header-file=h", "--topic", "t", "--origin", "https://app.example:8443",
                           "--idle", "86400", "--timeout", "3600", "--json"});
  BOOST_TEST(it.url == "http://x/live?topic=a");
  BOOST_TEST(it.publish_url == "http://y/publish");
  BOOST_TEST(it.key_file == "k");
  BOOST_TEST(it.header_file == "h");
  BOOST_TEST(it.topic == "t");
  BOOST_TEST(it.origin == "https://app.example:8443");
  BOOST_TEST(it.idle.count() == 86'400);
  BOOST_TEST(it.timeout.count() == 3'600);
  BOOST_TEST(it.as_json);
}

BOOST_AUTO_TEST_CASE(help_and_version) {
  const auto help = parsed({"--help"});
  BOOST_TEST(help.status() == 0);
  for (const auto* word : {"URL", "--publish", "--key-file", "--header-file", "--topic", "--origin", "--idle",
                           "--timeout", "--json", "SSL_CERT_FILE", "Exit status"})
    BOOST_TEST(help.out.find(word) != std::string::npos, word);
  const auto version = parsed({"--version"});
  BOOST_TEST(version.status() == 0);
  BOOST_TEST(version.out.starts_with("sse-worker-probe "));
}

BOOST_AUTO_TEST_CASE(mistakes_are_status_2_and_a_sentence) {
  const Mistaken mistakes[] = {
      {{}, "a URL is missing: sse-worker probe https://push.example.org/events"},
      {{""}, "a URL is missing: sse-worker probe https://push.example.org/events"},
      {{"x.example"}, "the URL must begin with https:// or http://, not 'x.example'"},
      {{"http://x", "http://y"}, "http://y is one argument too many"},
      {{"http://x", "-"}, "- is one argument too many"},
      {{"http://x", "--publish"}, "--publish needs a value: --publish URL"},
      {{"http://x", "--publish", "y"}, "--publish must begin with https:// or http://, not 'y'"},
      {{"http://x", "--key-file="}, "--key-file needs a value: --key-file FILE"},
      {{"http://x", "--topic", ""}, "--topic needs a value: --topic TOPIC"},
      {{"http://x", "--topic", "a\xff"}, "--topic must be UTF-8"},
      {{"http://x", "--topic", "a", "--topic", "b"}, "--topic is given twice; remove one"},
      {{"http://x", "--origin", "app.example"},
       "--origin must be an origin such as https://app.example.com, not 'app.example'"},
      {{"http://x", "--origin", "https://"},
       "--origin must be an origin such as https://app.example.com, not 'https://'"},
      {{"http://x", "--origin", "https://a/b"},
       "--origin must be an origin such as https://app.example.com, not 'https://a/b'"},
      {{"http://x", "--origin", "ws://a"},
       "--origin must be an origin such as https://app.example.com, not 'ws://a'"},
      {{"http://x", "--idle", "0"}, "--idle must be a number of seconds from 1 to 86400, not '0'"},
      {{"http://x", "--idle", "86401"}, "--idle must be a number of seconds from 1 to 86400, not '86401'"},
      {{"http://x", "--timeout", "2s"}, "--timeout must be a number of seconds from 1 to 3600, not '2s'"},
      {{"http://x", "--timeout", "3601"}, "--timeout must be a number of seconds from 1 to 3600, not '3601'"},
      {{"http://x", "--timout=3"}, "--timout is not an option; did you mean --timeout?"},
      {{"http://x", "--nonsense"}, "--nonsense is not an option; the options are in sse-worker probe --help"},
  };
  for (const auto& [words, sentence] : mistakes) {
    const auto it = parsed(words);
    BOOST_REQUIRE(std::holds_alternative<int>(it.result));
    BOOST_TEST(it.status() == 2);
    BOOST_TEST(it.out == "");
    BOOST_TEST(it.err ==
               fmt::format("sse-worker probe: {}\nRun sse-worker probe --help for help.\n", sentence));
  }
}

BOOST_AUTO_TEST_SUITE_END()
