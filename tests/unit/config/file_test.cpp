// Files: the shipped one, and those that cannot be read.
#include <yaml-cpp/yaml.h>

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <sstream>

#include "support/temp_folder.hpp"
#include "unit/config/values.hpp"

using namespace worker::config;
using worker::support::TempFolder;

namespace {

std::string error_of(const std::string& file) {
  const auto config = load(file);
  return config ? "no mistake" : config.error();
}

std::string shipped_text() {
  std::ostringstream text;
  text << std::ifstream(SHIPPED_CONFIG).rdbuf();
  return text.str();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(file_suite)

BOOST_AUTO_TEST_CASE(the_shipped_file_says_the_defaults) {
  BOOST_REQUIRE_EQUAL(error_of(SHIPPED_CONFIG), "no mistake");
  BOOST_TEST(printable(values_of(load(SHIPPED_CONFIG).value())) == printable(values_of(Config{})));
}

// As a line `key: default`, in its section; only the addresses, which have none, are commented out.
BOOST_AUTO_TEST_CASE(the_shipped_file_shows_every_key) {
  const auto file = YAML::Load(shipped_text());
  for (const auto& [key, value] : values_of(Config{})) {
    if (key == "listen" || key == "publish.listen") continue;
    auto node = YAML::Clone(file);
    std::istringstream parts(key);
    for (std::string part; std::getline(parts, part, '.');) node.reset(node[part]);
    BOOST_TEST(node.IsDefined(), key);
  }
  BOOST_TEST(shipped_text().find("\n# listen: ") != std::string::npos);
  BOOST_TEST(shipped_text().find("\n  # listen: ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(files_that_it_names_are_read_with_it) {
  const TempFolder folder;
  const auto with = [&](const std::string& lines) { return folder.file("c.yaml", "store:\n" + lines); };
  folder.file("password", " p w \n");
  folder.file("ca", "-----BEGIN");
  const auto path = [&](const char* name) { return folder.path(name); };
  const auto config =
      load(with("  password_file: " + path("password") + "\n  tls: {ca_file: " + path("ca") + "}\n"));
  BOOST_REQUIRE(config);
  BOOST_TEST(config.value().storage.redis.password == "p w");
  BOOST_TEST(config.value().storage.redis.tls.authorities.text == "-----BEGIN");
  BOOST_TEST(error_of(with("  tls: {key_file: " + path("none") + "}\n")) ==
             path("c.yaml") + ": store.tls.key_file: there is no file " + path("none"));
  BOOST_TEST(error_of(with("  password_file: " + folder.path() + "\n")) ==
             path("c.yaml") + ": store.password_file: " + folder.path() + " is no file");
  folder.file("large", std::string(1'048'577, 'x'));
  BOOST_TEST(error_of(with("  tls: {certificate_file: " + path("large") + "}\n")) ==
             path("c.yaml") + ": store.tls.certificate_file: " + path("large") + " has over 1048576 bytes");
}

BOOST_AUTO_TEST_CASE(a_file_is_read_whole) {
  const TempFolder folder;
  const auto file = folder.file("c.yaml", std::string(100'000, '#') + "\ndrain_seconds: 7");
  BOOST_TEST(load(file).value().drain.count() == 7'000);
}

BOOST_AUTO_TEST_CASE(mistakes_name_the_file) {
  const TempFolder folder;
  const auto file = folder.file("c.yaml", "a: 1\n");
  BOOST_TEST(error_of(file).starts_with(file + ":1:1: a: is not a key here"));
}

BOOST_AUTO_TEST_CASE(an_empty_file_is_all_defaults) {
  const TempFolder folder;
  const auto file = folder.file("c.yaml", "");
  BOOST_REQUIRE_EQUAL(error_of(file), "no mistake");
  BOOST_TEST(printable(values_of(load(file).value())) == printable(values_of(Config{})));
  BOOST_TEST(load("/dev/null").has_value());
}

BOOST_AUTO_TEST_CASE(a_missing_file) {
  BOOST_TEST(error_of("/nowhere/c.yaml") ==
             "/nowhere/c.yaml: no such file; give the path of an existing file with --config");
}

BOOST_AUTO_TEST_CASE(a_folder) {
  const TempFolder folder;
  BOOST_TEST(error_of(folder.path()) ==
             folder.path() + ": is a folder; give the path of a file with --config");
}

BOOST_AUTO_TEST_CASE(a_file_as_a_folder) {
  const TempFolder folder;
  const auto below = folder.file("c.yaml", "") + "/x";
  BOOST_TEST(error_of(below) == below + ": cannot be read: Not a directory");
}

BOOST_AUTO_TEST_SUITE_END()
