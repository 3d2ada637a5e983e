#include "base/standard_streams.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include "base/unique_fd.hpp"
#include "support/temp_folder.hpp"

using namespace worker::base;

BOOST_AUTO_TEST_SUITE(standard_streams_suite)

BOOST_AUTO_TEST_CASE(where_nothing_is_read) {
  const UniqueFd null(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  BOOST_TEST(is_discarded(null.get()));
  const int closed = ::dup(null.get());
  ::close(closed);
  BOOST_TEST(is_discarded(closed));
  BOOST_TEST(is_discarded(-1));
}

BOOST_AUTO_TEST_CASE(where_something_may_be) {
  const worker::support::TempFolder folder;
  const UniqueFd file(::open(folder.path("log").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  const UniqueFd zero(::open("/dev/zero", O_RDWR | O_CLOEXEC));
  BOOST_TEST(!is_discarded(file.get()));
  BOOST_TEST(!is_discarded(zero.get()));
  int ends[2];
  BOOST_REQUIRE_EQUAL(::pipe(ends), 0);
  const UniqueFd out(ends[0]);
  const UniqueFd in(ends[1]);
  BOOST_TEST(!is_discarded(in.get()));
}

// In a child: a test needs its own.
BOOST_AUTO_TEST_CASE(closed_ones_are_opened_and_the_others_left_alone) {
  const auto child = ::fork();
  BOOST_REQUIRE(child >= 0);
  if (child == 0) {
    ::close(STDIN_FILENO);
    ::close(STDERR_FILENO);
    const bool before = is_discarded(STDOUT_FILENO);
    open_closed_standard_streams();
    const bool opened = ::fcntl(STDIN_FILENO, F_GETFD) >= 0 && ::fcntl(STDERR_FILENO, F_GETFD) >= 0;
    const bool right = opened && is_discarded(STDIN_FILENO) && is_discarded(STDERR_FILENO) &&
                       is_discarded(STDOUT_FILENO) == before;
    ::_exit(right ? 0 : 1);
  }
  int status = -1;
  BOOST_REQUIRE_EQUAL(::waitpid(child, &status, 0), child);
  BOOST_TEST(status == 0);
}

BOOST_AUTO_TEST_SUITE_END()
