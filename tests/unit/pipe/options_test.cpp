#include "pipe/options.hpp"

#include <fmt/format.h>

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "client/key_file.hpp"
#include "support/parsed_command_line.hpp"
#include "support/temp_folder.hpp"

using worker::client::read_key_file;
using worker::pipe::Options;
using worker::pipe::Split;

namespace {

auto parsed(std::vector<std::string> words) {
  return worker::support::parsed(worker::pipe::parse_command_line, "sse-worker pipe", std::move(words));
}

struct Mistaken {
  std::vector<std::string> words;
  const char* sentence;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(options_suite)

BOOST_AUTO_TEST_CASE(defaults) {
  const auto it = parsed({"--topic", "logs"});
  BOOST_TEST(it.out + it.err == "");
  const auto& options = it.options();
  BOOST_TEST((options.topics == std::vector<std::string>{"logs"}));
  BOOST_TEST((options.split == Split::line));
  BOOST_TEST(options.socket == "/run/sse-worker/publish.sock");
  BOOST_TEST(options.url + options.key_file + options.event + options.key + options.abort_type +
                 options.writer ==
             "");
  BOOST_TEST((!options.is_private && !options.close_topics && !options.quiet));
  BOOST_TEST(
      (stream_parameters(options) == std::vector<std::pair<std::string, std::string>>{{"topic", "logs"}}));
}

BOOST_AUTO_TEST_CASE(all_options) {
  const auto it =
      parsed({"--topic", "a",     "--event",  "line",      "--key",      "k",          "--private",
              "--split", "chunk", "--url",    "https://x", "--key-file", "f",          "--close",
              "--abort", "died",  "--writer", "me",        "--quiet",    "--topic=b c"});
  BOOST_TEST(it.out + it.err == "");
  const auto& options = it.options();
  BOOST_TEST((options.split == Split::chunk));
  BOOST_TEST(options.url == "https://x/publish/stream");
  BOOST_TEST(options.key_file == "f");
  BOOST_TEST((options.close_topics && options.quiet));
  const std::vector<std::pair<std::string, std::string>> parameters = {
      {"topic", "a"},   {"topic", "b c"},  {"event", "line"}, {"key", "k"},
      {"private", "1"}, {"abort", "died"}, {"writer", "me"}};
  BOOST_TEST((stream_parameters(options) == parameters));
  BOOST_TEST(parsed({"--topic", "a", "--socket", "./p"}).options().socket == "./p");
}

BOOST_AUTO_TEST_CASE(help_and_version) {
  const auto help = parsed({"--help"});
  BOOST_TEST(help.status() == 0);
  for (const auto* word :
       {"--topic", "--event", "--key ", "--private", "--split", "--socket", "--url", "--key-file", "--close",
        "--abort", "--writer", "--quiet", "tail -F", "SSL_CERT_FILE"})
    BOOST_TEST(help.out.find(word) != std::string::npos, word);
  for (std::size_t at = 0, end = 0; (end = help.out.find('\n', at)) != std::string::npos; at = end + 1)
    BOOST_TEST(end - at <= 80U, help.out.substr(at, end - at));
  BOOST_TEST(parsed({"--version"}).out.starts_with("sse-worker-pipe "));
}

BOOST_AUTO_TEST_CASE(mistakes_are_status_2_and_a_sentence) {
  const std::string long_path(108, 'x');
  const Mistaken mistakes[] = {
      {{}, "a topic is missing: sse-worker pipe --topic TOPIC"},
      {{"--topic"}, "--topic needs a value: --topic TOPIC"},
      {{"--topic="}, "--topic needs a value: --topic TOPIC"},
      {{"--topic", ""}, "--topic needs a value: --topic TOPIC"},
      {{"--topic", "a\xff"}, "--topic must be UTF-8"},
      {{"--topic", "a", "--event", "\xff"}, "--event must be UTF-8"},
      {{"--topics", "a"}, "--topics is not an option; did you mean --topic?"},
      {{"--topic", "a", "--nonsense=1"},
       "--nonsense is not an option; the options are in sse-worker pipe --help"},
      {{"--topic", "a", "x.log"},
       "x.log is one argument too many; a file is read with: sse-worker pipe --topic TOPIC < FILE"},
      {{"--topic", "a", "-"},
       "- is one argument too many; a file is read with: sse-worker pipe --topic TOPIC < FILE"},
      {{"--topic", "a", "--event", "b", "--event", "c"}, "--event is given twice; remove one"},
      {{"--topic", "a", "--event"}, "--event needs a value: --event TYPE"},
      {{"--topic", "a", "--url"}, "--url needs a value: --url URL"},
      {{"--topic", "a", "--url", ""}, "--url needs a value: --url URL"},
      {{"--topic", "a", "--key-file"}, "--key-file needs a value: --key-file FILE"},
      {{"--topic", "a", "--split", "word"}, "--split must be line or chunk, not 'word'"},
      {{"--topic", "a", "--url", "x"}, "--url must begin with https:// or http://, not 'x'"},
      {{"--topic", "a", "--url", "http://x", "--socket", "p"},
       "--socket and --url are given; events go one way"},
      {{"--topic", "a", "--key-file", "f"}, "--key-file needs --url: a local socket asks for no key"},
      {{"--topic", "a", "--socket", long_path}, "--socket must be at most 107 bytes long"},
  };
  for (const auto& [words, sentence] : mistakes) {
    const auto it = parsed(words);
    BOOST_REQUIRE(std::holds_alternative<int>(it.result));
    BOOST_TEST(it.status() == 2);
    BOOST_TEST(it.out == "");
    BOOST_TEST(it.err ==
               fmt::format("sse-worker pipe: {}\nRun sse-worker pipe --help for help.\n", sentence));
  }
}

BOOST_AUTO_TEST_CASE(keys) {
  const worker::support::TempFolder folder;
  const std::string longest(8'192, 'k');
  for (const auto& [text, key] : {std::pair<std::string, std::string>{"a key\n", "a key"},
                                  {"a key", "a key"},
                                  {"a key\r\n", "a key"},
                                  {longest + "\n", longest}})
    BOOST_TEST(read_key_file(folder.file("key", text)).value().text == key);
  for (const auto& text :
       {std::string(), std::string("\n"), std::string("a\nb\n"), std::string("a\n\n"), std::string("\u00e4"),
        std::string("a\rb"), std::string("a\0b", 3), longest + "k"}) {
    const auto path = folder.file("key", text);
    BOOST_REQUIRE(!read_key_file(path));
    BOOST_TEST(read_key_file(path).error() ==
               "the key file " + path + " must hold one line of 1 to 8192 printable ASCII characters");
  }
  BOOST_TEST(read_key_file(folder.path("none")).error() ==
             "cannot read the key file " + folder.path("none") + ": No such file or directory");
  BOOST_TEST(read_key_file(folder.path()).error() ==
             "cannot read the key file " + folder.path() + ": Is a directory");
}

BOOST_AUTO_TEST_SUITE_END()
