// Unix sockets made by `listen`.
#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <memory>
#include <vector>

#include "unit/net/listen.hpp"

using namespace worker::net;
namespace fs = std::filesystem;

namespace {

struct Fixture : SocketFolder {
  unsigned mode() const {
    struct stat status {};
    return ::lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode) ? status.st_mode & 07777U : 0;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(listening_unix_suite, Fixture)

BOOST_AUTO_TEST_CASE(made_and_removed) {
  {
    const auto socket = ListeningSocket::find({.address = path});
    BOOST_REQUIRE(socket.has_value());
    BOOST_TEST(socket.value().origin() == path);
    BOOST_TEST(is_nonblocking_and_private(socket.value().descriptor()));
    BOOST_TEST(connects_to(path));
  }
  BOOST_TEST(!fs::exists(path));
}

BOOST_AUTO_TEST_CASE(closed_before_its_end) {
  auto socket = ListeningSocket::find({.address = path});
  BOOST_REQUIRE(socket.has_value());
  socket.value().close();
  BOOST_TEST(socket.value().descriptor() == -1);
  BOOST_TEST(!fs::exists(path));
  const auto other = bound_to(path, true);
  socket.value().close();
  BOOST_TEST(connects_to(path));  // another's by now
}

BOOST_AUTO_TEST_CASE(removed_by_its_last_owner_only) {
  {
    auto first = std::make_unique<ListeningSocket>(ListeningSocket::find({.address = path}).value());
    const ListeningSocket second(std::move(*first));
    first.reset();
    BOOST_TEST(connects_to(path));
  }
  BOOST_TEST(!fs::exists(path));
}

BOOST_AUTO_TEST_CASE(permissions_are_the_settings_whatever_the_mask) {
  const auto before = ::umask(0077);
  for (const unsigned wanted : {0660U, 0600U, 0666U, 0777U, 0U}) {
    const auto socket = ListeningSocket::find({.address = path, .mode = wanted});
    BOOST_REQUIRE(socket.has_value());
    BOOST_TEST(mode() == wanted);
  }
  BOOST_TEST(::umask(before) == 0077U);
}

BOOST_AUTO_TEST_CASE(a_stale_socket_is_replaced) {
  BOOST_REQUIRE(bound_to(path, true));
  BOOST_REQUIRE(fs::exists(path));
  BOOST_REQUIRE(!connects_to(path));
  const auto socket = ListeningSocket::find({.address = path});
  BOOST_REQUIRE(socket.has_value());
  BOOST_TEST(connects_to(path));
}

BOOST_AUTO_TEST_CASE(a_socket_in_use_is_left_alone) {
  const auto owner = bound_to(path, true);
  BOOST_TEST(error_of({.address = path}) ==
             "listen: another process is listening on " + path + "; stop it first");
  BOOST_TEST(connects_to(path));
}

BOOST_AUTO_TEST_CASE(a_socket_in_use_with_a_full_backlog_is_left_alone) {
  const auto owner = bound_to(path, true);
  std::vector<worker::base::UniqueFd> queue;
  do {
    queue.emplace_back(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const auto address = address_of(path);
    if (::connect(queue.back().get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      break;
  } while (queue.size() < 100);
  BOOST_REQUIRE_EQUAL(errno, EAGAIN);
  BOOST_TEST(error_of({.address = path}) ==
             "listen: another process is listening on " + path + "; stop it first");
  BOOST_TEST(fs::exists(path));
}

BOOST_AUTO_TEST_CASE(what_is_no_socket_is_left_alone) {
  const auto sentence = "listen: " + path + " exists and is not a socket; remove it, or choose another path";
  folder.file("w.sock", "precious");
  BOOST_TEST(error_of({.address = path}) == sentence);
  BOOST_TEST(fs::file_size(path) == 8U);
  fs::remove(path);
  fs::create_directory(path);
  BOOST_TEST(error_of({.address = path}) == sentence);
  fs::remove(path);
  fs::create_symlink(folder.path("elsewhere"), path);
  BOOST_TEST(error_of({.address = path}) == sentence);
  BOOST_TEST(fs::is_symlink(path));
}

BOOST_AUTO_TEST_CASE(the_longest_path_and_one_more) {
  constexpr std::size_t longest = 107;
  const auto fits = folder.path(std::string(longest - folder.path().size() - 1, 'x'));
  const auto longer = fits + "x";
  {
    const auto socket = ListeningSocket::find({.address = fits});
    BOOST_REQUIRE(socket.has_value());
    BOOST_TEST(fs::exists(fits));
  }
  BOOST_TEST(error_of({.address = longer}) ==
             "listen: " + longer + " is too long: the path of a Unix socket may have 107 bytes");
}

BOOST_AUTO_TEST_CASE(a_folder_that_is_not_there) {
  const auto below = folder.path("missing/w.sock");
  BOOST_TEST(error_of({.address = below}) == "listen: there is no folder " + folder.path("missing") +
                                                 " for the socket; make it, or choose another path");
}

BOOST_AUTO_TEST_SUITE_END()
