#include "top/options.hpp"

#include <fmt/format.h>

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "support/captured_output.hpp"

using worker::support::CapturedOutput;
using worker::top::Options;

namespace {

struct Parsed {
  std::variant<Options, int> result;
  std::string out;
  std::string err;
};

Parsed parsed(std::vector<std::string> words) {
  words.insert(words.begin(), "sse-worker top");
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const CapturedOutput output;
  auto result = worker::top::parse_command_line(static_cast<int>(words.size()), argv.data());
  return {std::move(result), output.out(), output.err()};
}

std::string url(std::vector<std::string> words) {
  const auto it = parsed(std::move(words));
  BOOST_REQUIRE_MESSAGE(std::holds_alternative<Options>(it.result), it.err);
  return std::get<Options>(it.result).url;
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
  BOOST_TEST(std::get<int>(help.result) == 0);
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
    BOOST_TEST(std::get<int>(it.result) == 2);
    BOOST_TEST(it.out == "");
    BOOST_TEST(it.err == fmt::format("sse-worker top: {}\nRun sse-worker top --help for help.\n", sentence));
  }
}

BOOST_AUTO_TEST_SUITE_END()
