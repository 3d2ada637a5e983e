// Origins and the file of a key: what is taken, and the sentences about what is not.
#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <string>
#include <utility>

#include "config/key_file.hpp"
#include "config/origin.hpp"
#include "support/temp_folder.hpp"
#include "unit/config/values.hpp"

using namespace worker::config;
using worker::support::TempFolder;

namespace {

struct Fixture {
  // What load() makes of a key file with this text: the key, or the sentence behind the file's name.
  std::string key_of(const std::string& text) const {
    const auto key_file = folder.file("k", text);
    const auto file = folder.file("c.yaml", "publish: {key_file: " + key_file + "}\n");
    const auto config = load(file);
    if (config) return config.value().publish.key;
    const auto start = file + ": publish.key_file: " + key_file;
    return config.error().starts_with(start) ? config.error().substr(start.size()) : config.error();
  }
  TempFolder folder;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(access_suite, Fixture)

BOOST_AUTO_TEST_CASE(origins_that_browsers_send) {
  for (const auto* origin :
       {"https://app.example.com", "http://localhost", "http://localhost:3000", "http://127.0.0.1:1",
        "https://a.example:65535", "http://[::1]:8080", "https://[2001:db8::1]",
        "https://xn--mller-kva.example", "chrome-extension://abcdefghijklmnop", "capacitor://localhost",
        "https://a_b.example", "http://a:443", "https://a:80"})
    BOOST_TEST(!origin_problem(origin), origin);
}

BOOST_AUTO_TEST_CASE(what_is_no_origin_and_what_to_write) {
  const std::string no_origin = " is no origin; write https://HOST or http://HOST:PORT";
  const std::pair<std::string, std::string> table[] = {
      {"", no_origin},
      {"app.example.com", "app.example.com" + no_origin},
      {"https:app.example.com", "https:app.example.com" + no_origin},
      {"https://", "https://" + no_origin},
      {"://a", "://a" + no_origin},
      {"https://[::1", "https://[::1" + no_origin},
      {"https://a b", "https://a b" + no_origin},
      {"https://me@a", "https://me@a" + no_origin},
      {"1http://a", "1http://a" + no_origin},
      {"null", "null is the origin of every sandboxed page, and cannot be allowed"},
      {"https://app.example.com/",
       "https://app.example.com/ must end behind the host or the port; write "
       "https://app.example.com"},
      {"http://a:1/x?y", "http://a:1/x?y must end behind the host or the port; write http://a:1"},
      {"https://App.Example", "https://App.Example must be in lower case; write https://app.example"},
      {"https://a:443",
       "https://a:443 names the port that https has anyway, and browsers leave it out; write "
       "https://a"},
      {"http://a:80",
       "http://a:80 names the port that http has anyway, and browsers leave it out; write http://a"},
      {"http://a:", "http://a: must have a port from 1 to 65535 behind the colon"},
      {"http://a:0", "http://a:0 must have a port from 1 to 65535 behind the colon"},
      {"http://a:08", "http://a:08 must have a port from 1 to 65535 behind the colon"},
      {"http://a:65536", "http://a:65536 must have a port from 1 to 65535 behind the colon"},
      {"https://*.example", "https://*.example is no exact origin; name each one, or allow all with \"*\""},
      {"https://m\xc3\xbcller.example",
       "https://m\xc3\xbcller.example must be in ASCII, as browsers send it: an "
       "international name begins with xn--"},
      {"https://" + std::string(293, 'a'), "an origin has at most 300 bytes, not 301"}};
  for (const auto& [text, sentence] : table) BOOST_TEST(origin_problem(text).value_or("none") == sentence);
  BOOST_TEST(!origin_problem("https://" + std::string(292, 'a')));
}

BOOST_AUTO_TEST_CASE(mistakes_name_line_and_key) {
  const std::string expected = "\"*\", or a list of origins such as [\"https://app.example.com\"]";
  const std::pair<const char*, std::string> table[] = {
      {"access:\n  origins: [https://a, 'https://b/']\n",
       "f:2:24: access.origins: https://b/ must end behind the host or the port; write https://b"},
      {"access:\n  origins: ['*', https://a]\n",
       "f:2:18: access.origins: must be " + expected + ", not both"},
      {"access:\n  origins: [https://a, '*']\n",
       "f:2:24: access.origins: must be " + expected + ", not both"},
      {"access:\n  origins: {a: b}\n", "f:2:12: access.origins: must be " + expected},
      {"access:\n  origin: []\n",
       "f:2:3: access.origin: is not a key here; did you mean origins? known keys: origins, patterns, "
       "public, resume_key_file, tokens"},
      {"publish:\n  key: a\n  key_file: /b\n",
       "f:3:13: publish.key_file: cannot stand beside publish.key; remove one of them"}};
  for (const auto& [yaml, sentence] : table) BOOST_TEST(mistake_in(yaml) == sentence);
  BOOST_TEST(mistake_in("access:\n  origins: *\n") != "no mistake");
  BOOST_TEST(mistake_in("publish: {key: a, key_file: ''}\n") == "no mistake");
}

BOOST_AUTO_TEST_CASE(a_key_in_a_file) {
  BOOST_TEST(key_of("secret") == "secret");
  BOOST_TEST(key_of("\n  secret \r\n\n") == "secret");
  BOOST_TEST(key_of("correct horse") == "correct horse");
  BOOST_TEST(key_of(std::string(4'096, 'k')) == std::string(4'096, 'k'));
}

BOOST_AUTO_TEST_CASE(files_without_a_key) {
  const std::string make = "; make one with: openssl rand -hex 32";
  BOOST_TEST(key_of("") == " is empty" + make);
  BOOST_TEST(key_of(" \n") == " is empty" + make);
  BOOST_TEST(key_of("a\nb") == " must hold one line, the key, and no control characters");
  BOOST_TEST(key_of(std::string("a\0b", 3)) == " must hold one line, the key, and no control characters");
  BOOST_TEST(key_of(std::string(4'097, 'k')) == " has over 4096 bytes; it must hold the key alone");
  std::string key = "old";
  BOOST_TEST(read_key_file("/nowhere/k", key).value() == "there is no file /nowhere/k" + make);
  BOOST_TEST(read_key_file(folder.path(), key).value() == folder.path() + " is no file");
  BOOST_TEST(read_key_file("/dev/null", key).value() == "/dev/null is no file");
  BOOST_REQUIRE(::mkfifo(folder.path("pipe").c_str(), 0600) == 0);
  BOOST_TEST(read_key_file(folder.path("pipe"), key).value() == folder.path("pipe") + " is no file");
  BOOST_TEST(key == "old");
}

BOOST_AUTO_TEST_SUITE_END()
