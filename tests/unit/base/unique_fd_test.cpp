#include "base/unique_fd.hpp"

#include <fcntl.h>

#include <boost/test/unit_test.hpp>

using worker::base::UniqueFd;

namespace {

int some_descriptor() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }
bool is_open(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }

}  // namespace

BOOST_AUTO_TEST_SUITE(unique_fd_suite)

BOOST_AUTO_TEST_CASE(none_by_default) {
  const UniqueFd none;
  BOOST_TEST(none.get() == -1);
  BOOST_TEST(!none);
}

BOOST_AUTO_TEST_CASE(closes_what_it_owns) {
  const int fd = some_descriptor();
  {
    const UniqueFd owner(fd);
    BOOST_TEST(static_cast<bool>(owner));
    BOOST_TEST(owner.get() == fd);
    BOOST_TEST(is_open(fd));
  }
  BOOST_TEST(!is_open(fd));
}

// As the standard input is for a worker under spawn-fcgi.
BOOST_AUTO_TEST_CASE(zero_is_a_descriptor) {
  UniqueFd zero(0);
  BOOST_TEST(static_cast<bool>(zero));
  BOOST_TEST(zero.release() == 0);
}

BOOST_AUTO_TEST_CASE(moving_leaves_nothing_behind) {
  const int fd = some_descriptor();
  UniqueFd first(fd);
  UniqueFd second(std::move(first));
  BOOST_TEST(first.get() == -1);  // NOLINT(bugprone-use-after-move)
  BOOST_TEST(second.get() == fd);
  UniqueFd third;
  third = std::move(second);
  BOOST_TEST(second.get() == -1);  // NOLINT(bugprone-use-after-move)
  BOOST_TEST(third.get() == fd);
  BOOST_TEST(is_open(fd));
}

BOOST_AUTO_TEST_CASE(assigning_closes_the_one_before) {
  const int before = some_descriptor();
  const int after = some_descriptor();
  UniqueFd owner(before);
  owner = UniqueFd(after);
  BOOST_TEST(!is_open(before));
  BOOST_TEST(is_open(after));
  BOOST_TEST(owner.get() == after);
}

BOOST_AUTO_TEST_CASE(assigning_to_itself_keeps_it) {
  const int fd = some_descriptor();
  UniqueFd owner(fd);
  auto& same = owner;
  owner = std::move(same);
  BOOST_TEST(owner.get() == fd);
  BOOST_TEST(is_open(fd));
}

BOOST_AUTO_TEST_CASE(release_gives_it_away) {
  const int fd = some_descriptor();
  {
    UniqueFd owner(fd);
    BOOST_TEST(owner.release() == fd);
    BOOST_TEST(!owner);
  }
  BOOST_TEST(is_open(fd));
  ::close(fd);
}

BOOST_AUTO_TEST_CASE(reset_closes_and_takes) {
  const int before = some_descriptor();
  const int after = some_descriptor();
  UniqueFd owner(before);
  owner.reset(after);
  BOOST_TEST(!is_open(before));
  BOOST_TEST(owner.get() == after);
  owner.reset();
  BOOST_TEST(!is_open(after));
  BOOST_TEST(!owner);
}

BOOST_AUTO_TEST_SUITE_END()
