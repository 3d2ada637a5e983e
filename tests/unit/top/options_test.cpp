#include "top/options.hpp"

#include <fmt/format.h>

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "support/parsed_command_line.hpp"

using worker::top::Options;

namespace {

auto parsed(std::vector<std::string> words) {
  return worker::support::parsed(worker::top::parse_command_line, "sse-worker top", std::move(words));
}

std::string url(std::vector<std::string> words) {
  const auto it = parsed(std::move(words));
  BOOST_REQUIRE_MESSAGE(std::holds_alternative<Options>(it.result), it.err);
  return it.options().url;
}

struct Mistaken {
  std::vector<std::string> words;
  const char* sentence;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(options_suite)

BOOST_AUTO_TEST_CASE(the_stream_of_figures_unless_the_url_names_another) {
  BOOST_TEST(url({}) == "http://127.0.0.1/events?topic=%24stats");
  BOOST_TEST(url({"https://x"}) == "https://x/events?topic=%24stats");
  BOOST_TEST(url({"https://x/live?a=b"}) == "https://x/live?a=b&topic=%24stats");
  BOOST_TEST(url({"https://x/live?topic=a"}) == "https://x/live?topic=a");
}

BOOST_AUTO_TEST_CASE(options) {
  const auto none = std::get<Options>(parsed({}).result);
  BOOST_TEST((none.key_file.empty() && !none.once));
  const auto all = std::get<Options>(parsed({"--once", "--key-file", "k"}).result);
  BOOST_TEST((all.key_file == "k" && all.once));
}

BOOST_AUTO_TEST_CASE(help_and_version) {
  const auto help = parsed({"-h"});
  BOOST_TEST(help.status() == 0);
  for (const auto* word : {"URL", "--key-file", "--once", "$stats", "Exit status"})
    BOOST_TEST(help.out.find(word) != std::string::npos, word);
  BOOST_TEST(parsed({"--version"}).out.starts_with("sse-worker-top "));
}

BOOST_AUTO_TEST_CASE(mistakes_are_status_2_and_a_sentence) {
  const Mistaken mistakes[] = {
      {{"x"}, "the URL must begin with https:// or http://, not 'x'"},
      {{"http://x", "y"}, "y is one argument too many"},
      {{"http://x\xff"}, "URL must be UTF-8"},
      {{"--key-file"}, "--key-file needs a value: --key-file FILE"},
      {{"--key-file", ""}, "--key-file needs a value: --key-file FILE"},
      {{"--key-file", "a", "--key-file", "b"}, "--key-file is given twice; remove one"},
      {{"--onc"}, "--onc is not an option; did you mean --once?"},
      {{"--all"}, "--all is not an option; the options are in sse-worker top --help"},
  };
  for (const auto& [words, sentence] : mistakes) {
    const auto it = parsed(words);
    BOOST_REQUIRE(std::holds_alternative<int>(it.result));
    BOOST_TEST(it.status() == 2);
    BOOST_TEST(it.out == "");
    BOOST_TEST(it.err == fmt::format("sse-worker top: {}\nRun sse-worker top --help for help.\n", sentence));
  }
}

BOOST_AUTO_TEST_SUITE_END()
