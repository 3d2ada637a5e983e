#include "config/command_line.hpp"

#include <fmt/format.h>

#include <boost/test/unit_test.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "support/parsed_command_line.hpp"

using worker::config::CommandLine;

namespace {

auto parsed(std::vector<std::string> words) {
  return worker::support::parsed(worker::config::parse_command_line, "sse-worker", std::move(words));
}

void check(std::vector<std::string> words, CommandLine::Verb verb, const std::string& file) {
  const auto it = parsed(std::move(words));
  BOOST_REQUIRE(std::holds_alternative<CommandLine>(it.result));
  BOOST_TEST((it.options().verb == verb));
  BOOST_TEST(it.options().config_file == file);
  BOOST_TEST(it.out + it.err == "");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(command_line_suite)

BOOST_AUTO_TEST_CASE(serving) {
  check({}, CommandLine::Verb::serve, "");
  check({"--config", "c.yaml"}, CommandLine::Verb::serve, "c.yaml");
  check({"--config=c.yaml"}, CommandLine::Verb::serve, "c.yaml");
  check({"--config", "a file"}, CommandLine::Verb::serve, "a file");
}

BOOST_AUTO_TEST_CASE(checking) {
  check({"check", "--config", "c.yaml"}, CommandLine::Verb::check, "c.yaml");
  check({"--config", "c.yaml", "check"}, CommandLine::Verb::check, "c.yaml");
  check({"check", "--config=c.yaml"}, CommandLine::Verb::check, "c.yaml");
}

// Their options are those of sse-worker-pipe and so on, which also have their own help.
BOOST_AUTO_TEST_CASE(programs_of_their_own) {
  for (const auto* name : {"pipe", "probe", "top"}) check({name}, CommandLine::Verb::program, "");
  check({"pipe", "--topic", "a", "--help", "--config", "c.yaml"}, CommandLine::Verb::program, "");
}

BOOST_AUTO_TEST_CASE(checking_for_a_user) {
  BOOST_TEST(parsed({"check", "--config", "c.yaml"}).options().user == "");
  BOOST_TEST(parsed({"check", "--config", "c.yaml", "--user", "www-data"}).options().user == "www-data");
  BOOST_TEST(parsed({"--user", "www-data", "--config", "c.yaml"}).status() == 2);
}

BOOST_AUTO_TEST_CASE(making_a_token) {
  const auto it =
      parsed({"token", "--config", "c.yaml", "--subscribe", "chat/42", "--subscribe", "news/*", "--publish",
              "a", "--subject", "alice", "--expires", "15m", "--for", "publishers", "--control"});
  BOOST_REQUIRE(std::holds_alternative<CommandLine>(it.result));
  BOOST_TEST((it.options().verb == CommandLine::Verb::token));
  BOOST_TEST(it.options().config_file == "c.yaml");
  const auto& token = it.options().token;
  const std::vector<std::string> subscribe = {"chat/42", "news/*"};
  BOOST_TEST(token.subscribe == subscribe, boost::test_tools::per_element());
  BOOST_TEST(token.publish.size() == 1U);
  BOOST_TEST(token.subject == "alice");
  BOOST_TEST(token.lifetime.count() == 900);
  BOOST_TEST(token.for_publishers);
  BOOST_TEST(token.control);
  BOOST_TEST(!token.inspect);
}

BOOST_AUTO_TEST_CASE(lifetimes_of_tokens) {
  const std::pair<const char*, long> times[] = {
      {"1", 1},      {"90", 90},      {"90s", 90},           {"15m", 900},
      {"1h", 3'600}, {"7d", 604'800}, {"3660d", 316'224'000}};
  for (const auto& [text, seconds] : times)
    BOOST_TEST(parsed({"token", "--key", "k", "--subscribe", "a", "--expires", text})
                   .options()
                   .token.lifetime.count() == seconds);
  BOOST_TEST(parsed({"token", "--key", "k", "--subscribe", "a"}).options().token.lifetime.count() == 3'600);
  for (const auto* text : {"0", "", "h", "-1", "+1", "1.5h", "1 h", "1w", "3661d", "99999999999999999999",
                           "9223372036854775807d"})
    BOOST_TEST(
        parsed({"token", "--key", "k", "--subscribe", "a", std::string("--expires=") + text}).status() == 2,
        text);
}

BOOST_AUTO_TEST_CASE(inspecting_a_token) {
  const auto given = parsed({"token", "--config", "c.yaml", "--inspect", "a.b.c"});
  BOOST_TEST(given.options().token.inspect);
  BOOST_TEST(given.options().token.token == "a.b.c");
  for (const auto& words : {std::vector<std::string>{"token", "--inspect", "--config", "c.yaml"},
                            std::vector<std::string>{"token", "--config", "c.yaml", "--inspect"}}) {
    BOOST_TEST(parsed(words).options().token.inspect);
    BOOST_TEST(parsed(words).options().token.token == "");
    BOOST_TEST(parsed(words).options().config_file == "c.yaml");
  }
}

BOOST_AUTO_TEST_CASE(version) {
  const auto it = parsed({"--version"});
  BOOST_TEST(it.status() == 0);
  BOOST_TEST(it.out == "sse-worker " SSE_WORKER_VERSION "\n");
  BOOST_TEST(it.err == "");
}

BOOST_AUTO_TEST_CASE(help) {
  for (const auto* word : {"--help", "-h"}) {
    const auto it = parsed({word});
    BOOST_TEST(it.status() == 0);
    BOOST_TEST(it.err == "");
    for (const auto* part : {"--config FILE", "--version", "check", "spawn-fcgi -n -s", "Exit status",
                             "1 after an internal error"}) {
      BOOST_TEST(it.out.find(part) != std::string::npos, part);
    }
  }
  BOOST_TEST(parsed({"check", "--help"}).status() == 0);
}

BOOST_AUTO_TEST_CASE(help_fits_80_columns) {
  for (const auto& words : {std::vector<std::string>{"--help"}, {"check", "--help"}}) {
    std::istringstream text(parsed(words).out);
    for (std::string row; std::getline(text, row);) BOOST_TEST(row.size() <= 80U, row);
  }
}

struct Mistaken {
  std::vector<std::string> words;
  const char* sentence;
};

BOOST_AUTO_TEST_CASE(mistakes_are_status_2_and_a_sentence) {
  const Mistaken mistakes[] = {
      {{"check"}, "check needs a file: sse-worker check --config FILE"},
      {{"--config"}, "--config needs a value: --config FILE"},
      {{"--config="}, "--config needs a value: --config FILE"},
      {{"--config", ""}, "--config needs a value: --config FILE"},
      {{"--config", "a", "--config", "b"}, "--config is given twice; remove one"},
      {{"--confg", "x"}, "--confg is not an option; did you mean --config?"},
      {{"--confg=x"}, "--confg is not an option; did you mean --config?"},
      {{"check", "--confg", "x"}, "--confg is not an option; did you mean --config?"},
      {{"--Config", "a"}, "--Config is not an option; did you mean --config?"},
      {{"-config", "a"}, "-config is not an option; did you mean --config?"},
      {{"--conf", "a"}, "--conf is not an option; did you mean --config?"},
      {{"-c", "x"}, "-c is not an option; did you mean --config?"},
      {{"-v"}, "-v is not an option; did you mean --version?"},
      {{"--hlp"}, "--hlp is not an option; did you mean --help?"},
      {{"--port", "8080"},
       "--port is not an option; the options are in sse-worker --help and sse-worker token --help"},
      {{"--config", "a", "--daemonize"},
       "--daemonize is not an option; the options are in sse-worker --help and sse-worker token --help"},
      {{"chekc", "--config", "a"}, "'chekc' is one argument too many"},
      {{"chekc"}, "'chekc' is not a command; did you mean check?"},
      {{"version"}, "'version' is not a command; did you mean --version?"},
      {{"nonsense"}, "'nonsense' is not a command; the commands are check, token, pipe, probe and top"},
      {{"serve"}, "serve is not a command; without a command the worker serves"},
      {{"reload"}, "reload is not a command; send SIGHUP to the worker that runs"},
      {{"pip"}, "'pip' is not a command; did you mean pipe?"},
      {{"--config", "a", "pipe", "--topic", "b"},
       "pipe comes first and needs no configuration: sse-worker pipe --topic TOPIC"},
      {{"--config", "a", "probe", "https://b"},
       "probe comes first and needs no configuration: sse-worker probe URL"},
      {{"--config", "a", "top"}, "top comes first and needs no configuration: sse-worker top [URL]"},
      {{"stop"}, "stop is not a command; send SIGTERM to the worker that runs"},
      {{"check", "c.yaml"}, "c.yaml is one argument too many; did you mean --config c.yaml?"},
      {{"/etc/c.yaml"}, "/etc/c.yaml is one argument too many; did you mean --config /etc/c.yaml?"},
      {{"--config", "a", "b"}, "'b' is one argument too many"},
      {{"token"}, "a token needs a key: --config FILE, --secret-file FILE or --key FILE"},
      {{"token", "--config", "a"},
       "a token that opens nothing is of no use; add --subscribe TOPIC or --publish TOPIC"},
      {{"token", "--inspect"}, "--inspect needs the keys: sse-worker token --inspect --config FILE"},
      {{"token", "--key", "a", "--secret-file", "b", "--subscribe", "c"},
       "--secret-file and --key are given; one key signs a token"},
      {{"token", "--config", "a", "--for", "all"}, "--for must be readers or publishers, not 'all'"},
      {{"token", "--config", "a", "--expires", "soon"},
       "--expires must be a time of up to 10 years such as 90s, 15m, 1h or 7d, not 'soon'"},
      {{"token", "--config", "a", "--subscribe"}, "--subscribe needs a value: --subscribe TOPIC"},
      {{"token", "--config", "a", "--subscribe", "b", "c"}, "'c' is one argument too many"},
      {{"token", "--config", "a", "--subject"}, "--subject needs a value: --subject TEXT"},
      {{"token", "--subscibe", "a"}, "--subscibe is not an option; did you mean --subscribe?"},
      {{"\x1b[31m"}, "'\\x1b[31m' is not a command; the commands are check, token, pipe, probe and top"},
      {{""}, "'' is not a command; the commands are check, token, pipe, probe and top"}};
  for (const auto& [words, sentence] : mistakes) {
    const auto it = parsed(words);
    BOOST_REQUIRE(std::holds_alternative<int>(it.result));
    BOOST_TEST(it.status() == 2);
    BOOST_TEST(it.out == "");
    BOOST_TEST(it.err == fmt::format("sse-worker: {}\nRun sse-worker --help for help.\n", sentence));
  }
}

BOOST_AUTO_TEST_SUITE_END()
