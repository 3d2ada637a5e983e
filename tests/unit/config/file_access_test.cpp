#include "config/file_access.hpp"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include "base/account.hpp"
#include "support/temp_folder.hpp"

using namespace worker;
using worker::config::Config;
using worker::config::exposure_warning;

namespace {

struct Fixture {
  support::TempFolder folder;
  std::string file = folder.file("c.yaml", "");

  std::string command() const {
    return "As root: chown root:" + base::group_name(::getegid()) + " " + file + " && chmod 0640 " + file;
  }
  static Config with_key() {
    Config config;
    config.publish.key = "secret";
    return config;
  }
  static Config with_password() {
    Config config;
    config.storage.redis.password = "secret";
    return config;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(file_access_suite, Fixture)

BOOST_AUTO_TEST_CASE(secrets_that_everybody_can_read) {
  for (const unsigned mode : {0644U, 0604U, 0666U, 0777U}) {
    ::chmod(file.c_str(), mode);
    BOOST_TEST(exposure_warning(with_key(), file).value() ==
               "it contains publish.key, and every user of this machine can read it. " + command());
    BOOST_TEST(exposure_warning(with_password(), file).value() ==
               "it contains store.password, and every user of this machine can read it. " + command());
    BOOST_TEST(!exposure_warning({}, file));
  }
}

BOOST_AUTO_TEST_CASE(secrets_that_are_kept) {
  for (const unsigned mode : {0640U, 0600U, 0440U, 0660U, 0641U}) {
    ::chmod(file.c_str(), mode);
    BOOST_TEST(!exposure_warning(with_key(), file), mode);
    BOOST_TEST(!exposure_warning(with_password(), file), mode);
  }
  BOOST_TEST(!exposure_warning(with_key(), folder.path("none")));
  BOOST_TEST(!exposure_warning(with_key(), ""));
}

BOOST_AUTO_TEST_CASE(a_file_that_may_be_read_or_is_not_there) {
  BOOST_TEST(!config::access_problem(file));
  BOOST_TEST(!config::access_problem(folder.path("none")));
  BOOST_TEST(!config::access_problem(""));
}

// In a child, as another user, because root may read everything.
BOOST_AUTO_TEST_CASE(a_file_that_may_not_be_read) {
  if (::geteuid() != 0) return;
  ::chmod(folder.path().c_str(), 0755);
  ::chmod(file.c_str(), 0640);
  const auto child = ::fork();
  BOOST_REQUIRE(child >= 0);
  if (child == 0) {
    const bool became = base::become("www-data").has_value();
    const auto problem = config::access_problem(file).value_or("");
    ::_exit(became && problem == file + ": the user www-data may not read it. " + command() ? 0 : 1);
  }
  int status = -1;
  BOOST_REQUIRE_EQUAL(::waitpid(child, &status, 0), child);
  BOOST_TEST(status == 0);
}

BOOST_AUTO_TEST_SUITE_END()
